-- standing_ask_peers: api/standing_peers.c. The accounts of the lists $2 (world $1, platform $3) nearest in size to $4
-- followers, within $5 to $6, at most $10 smaller and $10 not smaller, the creator of account $7 left out, of country $9 or (null) any:
-- per list and component their number, followers, how many lie below and at the own values $8 (null: not asked), quartiles
with peer as materialized (
  select w.place, m.*, s.engagement_theta / s.engagement_tau as theta
  from unnest($2::integer[]) with ordinality w (niche_id, place)
  cross join lateral (
    (select m.creator_id, m.account_id, m.followers, m.score, m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh
     from niche_match m
     where m.world = $1::smallint and m.niche_id = w.niche_id and m.related = false and m.platform = $3::smallint
       and m.followers between $4::bigint and $6::bigint and m.creator_id is distinct from (select o.creator_id from account o where o.account_id = $7::bigint)
       and ($9::text is null or m.country = $9)
     order by m.followers, m.account_id
     limit $10::integer)
    union all
    (select m.creator_id, m.account_id, m.followers, m.score, m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh
     from niche_match m
     where m.world = $1::smallint and m.niche_id = w.niche_id and m.related = false and m.platform = $3::smallint
       and m.followers >= $5::bigint and m.followers < $4::bigint and m.creator_id is distinct from (select o.creator_id from account o where o.account_id = $7::bigint)
       and ($9::text is null or m.country = $9)
     order by m.followers desc, m.account_id desc
     limit $10::integer)
  ) m
  join account_score s on s.creator_id = m.creator_id and s.account_id = m.account_id
)
select p.place, c.component, count(*) as n, min(p.followers) as min_followers, max(p.followers) as max_followers,
       count(*) filter (where c.x < ($8::float8[])[c.component + 1]) as below,
       count(*) filter (where c.x = ($8::float8[])[c.component + 1]) as equal,
       percentile_cont(array[0.25, 0.5, 0.75]) within group (order by c.value) as quartiles
from peer p
cross join lateral (values
  (0, p.l_rel, exp(p.l_rel)), (1, p.l_eng, exp(p.l_eng)), (2, p.l_auth, exp(p.l_auth)), (3, p.l_aff, exp(p.l_aff)),
  (4, p.l_loy, exp(p.l_loy)), (5, p.l_fresh, exp(p.l_fresh)), (6, p.score::float8, p.score / 10000.0::float8),
  (7, p.theta, p.theta)
) c (component, x, value)
group by p.place, c.component
order by p.place, c.component
