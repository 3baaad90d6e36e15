-- fit_run: score/fit_niches.c. Live people's accounts: all, those that wait to be scored; decayed posts with text and the
-- creators they are of; creators with evidence of at least $1 for a niche that is not generic
with people as materialized (
  select a.creator_id, a.account_id, s.post_weights, d.account_id is not null as waits
  from account a
  join creator c on c.creator_id = a.creator_id
  left join account_score s on s.creator_id = a.creator_id and s.account_id = a.account_id
  left join account_dirty d on d.creator_id = a.creator_id and d.account_id = a.account_id
  where a.world = 0 and not c.opted_out and c.is_brand is not true
), weighed as (
  select p.creator_id, round(w.posts::numeric, 6) as posts
  from people p
  cross join lateral (select sum(x::float8) as posts from unnest(p.post_weights) x) w
  where w.posts > 0
)
select (select count(*) from people), (select count(*) from people where waits),
       (select coalesce(sum(posts), 0)::float8 from weighed), (select count(distinct creator_id) from weighed),
       (select count(distinct p.creator_id)
        from people p
        join creator_niche k on k.creator_id = p.creator_id and k.account_id = p.account_id and k.k >= $1::float8
        join niche n on n.niche_id = k.niche_id and n.status = 'active' and not n.is_generic)
