-- fit_run: score/fit_niches.c. Pairs of niches that at least $2 live people make, each with evidence of at least $1: how many
-- make both, the first, the second. Generic niches are left out
with made as materialized (
  select distinct d.creator_id, d.niche_id
  from creator_niche d
  join account a on a.creator_id = d.creator_id and a.account_id = d.account_id
  join creator c on c.creator_id = d.creator_id
  join niche n on n.niche_id = d.niche_id
  where d.k >= $1::float8 and a.world = 0 and not c.opted_out and c.is_brand is not true
    and n.status = 'active' and not n.is_generic
), sizes as (
  select niche_id, count(*) as creators from made group by niche_id
), pairs as (
  select x.niche_id as a, y.niche_id as b, count(*) as both
  from made x
  join made y on y.creator_id = x.creator_id and y.niche_id > x.niche_id
  group by x.niche_id, y.niche_id
  having count(*) >= $2::bigint
)
select p.a, p.b, p.both, s.creators, t.creators
from pairs p
join sizes s on s.niche_id = p.a
join sizes t on t.niche_id = p.b
order by p.a, p.b
