-- api_plan: api/plan.c. The creators that a plan names, whatever the filters. $1 world, $2 niche, $3 ids and @handles, $4
-- deliverable, $5 the caller's workspace or null, $6 today as days since 1970. A row at least for each, in order
with report as ( -- of a collaboration the newest report counts: their windows overlap
  select x.creator_id, sum(x.orders)::float8 as orders, sum(x.posts)::float8 as posts, sum(x.clicks)::float8 as clicks
  from (
    select distinct on (r.creator_id, coalesce(r.collaboration_id, -r.conversion_id))
           r.creator_id, r.orders, r.clicks, greatest(coalesce(k.posts, 1), 1) as posts
    from conversion_report r
    left join collaboration k on k.creator_id = r.creator_id and k.collaboration_id = r.collaboration_id
    where r.workspace_id = $5::integer
    order by r.creator_id, coalesce(r.collaboration_id, -r.conversion_id), r.reported_at desc, r.conversion_id desc
  ) x
  group by x.creator_id
)
select t.place, coalesce(w.creator_id, m.creator_id) as creator_id,
       m.account_id, m.score, m.followers, m.platform, m.country, m.l_rel,
       coalesce(o.amount_usd::float8, m.price_usd) as price_usd,
       case when o.amount_usd is null then s.price_source else 'your quote' end as price_source,
       coalesce(q.amount_usd::float8, d.amount_usd) as amount_usd,
       case when q.amount_usd is null then d.source else 'your quote' end as amount_source,
       v.orders, v.posts as reported_posts, v.clicks,
       s.engagement_typical, s.engagement_usual, s.engagement_theta,
       s.engagement_sigma, s.engagement_post_sd, s.engagement_basis, s.audience_credibility, h.countries, h.shares
from unnest($3::text[]) with ordinality as t (word, place)
left join lateral (
  select c.creator_id, null::bigint as account_id from creator c
  where c.creator_id = case when t.word !~ '^@' then t.word::bigint end and c.world = $1::smallint
  union all
  select k.creator_id, k.account_id from account_key k join platform p using (platform)
  where t.word ~ '^@' and k.world = $1::smallint and k.kind = 'username' and k.key = lower(substr(t.word, 2))
) w on true
left join lateral (
  select * from niche_match m
  where m.creator_id = w.creator_id and m.niche_id = $2::integer and (w.account_id is null or m.account_id = w.account_id)
  order by m.score desc, m.conf desc, m.account_id desc
  limit 1
) m on true
left join account_score s on s.creator_id = m.creator_id and s.account_id = m.account_id
left join lateral own_quote($5::integer, m.creator_id, m.account_id, $4::text, $6::integer) q on true
left join lateral own_quote($5::integer, m.creator_id, m.account_id, 'post', $6::integer) o on true
left join report v on v.creator_id = m.creator_id
left join lateral (
  select p.amount_usd::float8, p.source from price p
  where p.creator_id = m.creator_id and p.account_id = m.account_id and p.workspace_id is null
    and p.deliverable = $4::text
  order by p.valid_from desc, p.price_id desc
  limit 1
) d on true
left join lateral (
  select array_agg(a.bucket order by a.bucket) as countries, array_agg(a.share order by a.bucket) as shares
  from audience_share a
  where a.creator_id = m.creator_id and a.account_id = m.account_id and a.dimension = 'country'
) h on true
order by t.place, m.score desc nulls last, m.account_id
