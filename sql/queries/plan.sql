-- api_plan: api/plan.c. Who could be booked, best first. $1 world, $2 niches (all of them, the first one's score counts),
-- $3 rows, $4 score at least, $5 deliverable, $6 the caller's workspace or null, $7 today as days since 1970. "($3 < 0)": see match.sql
with report as ( -- of a collaboration the newest report counts: their windows overlap
  select x.creator_id, sum(x.orders)::float8 as orders, sum(x.posts)::float8 as posts, sum(x.clicks)::float8 as clicks
  from (
    select distinct on (r.creator_id, coalesce(r.collaboration_id, -r.conversion_id))
           r.creator_id, r.orders, r.clicks, greatest(coalesce(k.posts, 1), 1) as posts
    from conversion_report r
    left join collaboration k on k.creator_id = r.creator_id and k.collaboration_id = r.collaboration_id
    where r.workspace_id = $6::integer
    order by r.creator_id, coalesce(r.collaboration_id, -r.conversion_id), r.reported_at desc, r.conversion_id desc
  ) x
  group by x.creator_id
)
select m.creator_id, m.account_id, m.score, m.followers, m.platform, m.country,
       case when cardinality($2::integer[]) = 1 then m.l_rel else (
         select min(x.l_rel) from niche_match x
         where x.creator_id = m.creator_id and x.account_id = m.account_id and x.niche_id = any($2::integer[])) end as l_rel,
       coalesce(o.amount_usd::float8, m.price_usd) as price_usd,
       case when o.amount_usd is null then s.price_source else 'your quote' end as price_source,
       coalesce(q.amount_usd::float8, d.amount_usd) as amount_usd,
       case when q.amount_usd is null then d.source else 'your quote' end as amount_source,
       v.orders, v.posts as reported_posts, v.clicks,
       s.engagement_typical, s.engagement_usual, s.engagement_theta,
       s.engagement_sigma, s.engagement_post_sd, s.engagement_basis, s.audience_credibility, h.countries, h.shares
from (
  select * from niche_match m
  where m.world = $1::smallint and m.niche_id = ($2::integer[])[1] and m.related = ($3::integer < 0) and m.score >= $4::integer
    and not exists (
      select 1 from unnest(($2::integer[])[2:]) u (niche_id)
      where not exists (select 1 from niche_match x where x.creator_id = m.creator_id and x.account_id = m.account_id
                        and x.niche_id = u.niche_id and x.related = false and x.score >= $4::integer))/*filters*/
  order by m.score desc, m.conf desc, m.account_id desc
  limit $3::integer
) m
join account_score s using (creator_id, account_id)
left join lateral own_quote($6::integer, m.creator_id, m.account_id, $5::text, $7::integer) q on true
left join lateral own_quote($6::integer, m.creator_id, m.account_id, 'post', $7::integer) o on true
left join report v using (creator_id)
left join lateral (
  select p.amount_usd::float8, p.source from price p
  where p.creator_id = m.creator_id and p.account_id = m.account_id and p.workspace_id is null
    and p.deliverable = $5::text
  order by p.valid_from desc, p.price_id desc
  limit 1
) d on true
left join lateral (
  select array_agg(a.bucket order by a.bucket) as countries, array_agg(a.share order by a.bucket) as shares
  from audience_share a
  where a.creator_id = m.creator_id and a.account_id = m.account_id and a.dimension = 'country'
) h on true
order by m.score desc, m.conf desc, m.account_id desc
