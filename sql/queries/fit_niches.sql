-- fit_run: score/fit_niches.c. What live people's scored evidence says of every niche: decayed posts about it (the
-- profile's part taken off), creators with evidence of at least $1, and the median size of those accounts of $2 to $3
-- followers with how many creators they belong to. Sums are exact, so that their order changes no bit
with people as materialized (
  select a.creator_id, a.account_id, a.followers, s.bio_weight
  from account a
  join creator c on c.creator_id = a.creator_id
  join account_score s on s.creator_id = a.creator_id and s.account_id = a.account_id
  where a.world = 0 and not c.opted_out and c.is_brand is not true
), found as (
  select d.niche_id,
         sum(round((d.k - p.bio_weight * d.profile)::numeric, 6)) as k,
         count(distinct p.creator_id) filter (where d.k >= $1::float8) as creators,
         count(distinct p.creator_id) filter (where d.k >= $1 and p.followers between $2::bigint and $3::bigint) as sized,
         percentile_cont(0.5) within group (order by p.followers::float8)
           filter (where d.k >= $1 and p.followers between $2 and $3) as median
  from creator_niche d
  join people p on p.creator_id = d.creator_id and p.account_id = d.account_id
  group by d.niche_id
)
select n.niche_id, n.base_rate, coalesce(f.k, 0)::float8, coalesce(f.creators, 0), coalesce(f.sized, 0), f.median
from niche n
left join found f on f.niche_id = n.niche_id
where n.status = 'active'
order by n.niche_id
