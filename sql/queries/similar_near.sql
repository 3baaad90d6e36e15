-- api_similar: api/similar.c. $1 world, $2 $3 the pairs of niches, $4 followers, $5 rows in each direction and pair,
-- $6 the creator itself, $7 a niche they must make or null
select distinct on (x.account_id) x.creator_id, x.account_id, x.followers, x.niche_ids, x.shares, x.platform,
       max(x.nth) over () = $5::integer as cut
from unnest($2::integer[], $3::integer[]) p(a, b)
cross join lateral (
  (select m.creator_id, m.account_id, m.followers, m.niche_ids, m.shares, m.platform,
          row_number() over (order by m.followers, m.account_id) as nth
   from lookalike_key m
   where m.world = $1::smallint and m.niche_a = p.a and m.niche_b = p.b and m.followers >= $4::bigint
     and m.creator_id <> $6::bigint and ($7::integer is null or $7::integer = any (m.niche_ids))/*filters*/
   order by m.followers, m.account_id
   limit $5::integer)
  union all
  (select m.creator_id, m.account_id, m.followers, m.niche_ids, m.shares, m.platform,
          row_number() over (order by m.followers desc, m.account_id desc) as nth
   from lookalike_key m
   where m.world = $1::smallint and m.niche_a = p.a and m.niche_b = p.b and m.followers < $4::bigint
     and m.creator_id <> $6::bigint and ($7::integer is null or $7::integer = any (m.niche_ids))/*filters*/
   order by m.followers desc, m.account_id desc
   limit $5::integer)
) x
order by x.account_id
