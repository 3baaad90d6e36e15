-- standing_ask_peers: api/standing_peers.c. As standing_peers, over the accounts of the platform, each in its own strongest
-- niche; those without one are left out. Of the lists $2 only their number counts: this group comes behind them
with near as materialized (
  (select a.creator_id, a.account_id, a.followers
   from account a
   join creator c using (creator_id)
   where a.world = $1::smallint and a.platform = $3::smallint and a.followers between $4::bigint and $6::bigint
     and a.creator_id is distinct from (select o.creator_id from account o where o.account_id = $7::bigint) and ($9::text is null or a.country = $9) and not c.opted_out
   order by a.followers, a.account_id
   limit $10::integer)
  union all
  (select a.creator_id, a.account_id, a.followers
   from account a
   join creator c using (creator_id)
   where a.world = $1::smallint and a.platform = $3::smallint and a.followers >= $5::bigint and a.followers < $4::bigint
     and a.creator_id is distinct from (select o.creator_id from account o where o.account_id = $7::bigint) and ($9::text is null or a.country = $9) and not c.opted_out
   order by a.followers desc, a.account_id desc
   limit $10::integer)
), peer as materialized (
  select m.*, s.engagement_theta / s.engagement_tau as theta
  from near n
  join account_score s on s.creator_id = n.creator_id and s.account_id = n.account_id
  join niche_match m on m.creator_id = n.creator_id and m.account_id = n.account_id and m.niche_id = s.niche_ids[1]
    and m.related = false
)
select coalesce(cardinality($2::integer[]), 0) + 1 as place, c.component, count(*) as n,
       min(p.followers) as min_followers, max(p.followers) as max_followers,
       count(*) filter (where c.x < ($8::float8[])[c.component + 1]) as below,
       count(*) filter (where c.x = ($8::float8[])[c.component + 1]) as equal,
       percentile_cont(array[0.25, 0.5, 0.75]) within group (order by c.value) as quartiles
from peer p
cross join lateral (values
  (0, p.l_rel, exp(p.l_rel)), (1, p.l_eng, exp(p.l_eng)), (2, p.l_auth, exp(p.l_auth)), (3, p.l_aff, exp(p.l_aff)),
  (4, p.l_loy, exp(p.l_loy)), (5, p.l_fresh, exp(p.l_fresh)), (6, p.score::float8, p.score / 10000.0::float8),
  (7, p.theta, p.theta)
) c (component, x, value)
group by c.component
order by c.component
