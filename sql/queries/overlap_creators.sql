-- api_overlap: api/overlap.c. $1 world of names, $2 ids, $3 platforms, $4 handles in lower case (one array each; null where the
-- other form was given): the account named, or the creator's with the most followers
select t.place, a.creator_id, a.account_id, a.world, a.platform as platform_id, p.slug as platform, a.username, a.followers,
       v.niche_ids, v.shares, k.theta, encode(k.hashes, 'hex') as hashes, null::text[] as mix
from unnest($2::bigint[], $3::text[], $4::text[]) with ordinality as t (creator_id, platform, handle, place)
cross join lateral (
  select x.*
  from account x
  join creator c using (creator_id)
  where not c.opted_out and x.creator_id = t.creator_id
  union all
  select x.*
  from account_key y
  join platform q on q.platform = y.platform and q.slug = t.platform
  join account x on x.creator_id = y.creator_id and x.account_id = y.account_id
  join creator c on c.creator_id = x.creator_id
  where not c.opted_out and y.world = $1::smallint and y.kind = 'username' and y.key = t.handle
  order by followers desc nulls last, account_id
  limit 1
) a
join platform p on p.platform = a.platform
left join audience_sketch k on k.creator_id = a.creator_id and k.account_id = a.account_id
left join lateral (
  select l.niche_ids, l.shares from lookalike_key l where l.creator_id = a.creator_id and l.account_id = a.account_id limit 1
) v on true
order by t.place
