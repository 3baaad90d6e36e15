-- link_find: ingest/link.c. Creator $1, and the account whose username on platform $2 is $3 in the same world: world, opted out,
-- tag and number of accounts of the first; account, its owner, how many accounts that has, whether it opted out
select c.world, c.opted_out,
       (select md5(string_agg(to_jsonb(t)::text, ',' order by t.account_id)) from account t where t.creator_id = c.creator_id) as tag,
       (select count(*) from account t where t.creator_id = c.creator_id) as accounts,
       k.account_id, k.creator_id,
       (select count(*) from account t where t.creator_id = k.creator_id) as owner_accounts,
       (select o.opted_out from creator o where o.creator_id = k.creator_id) as owner_opted_out
from creator c
left join account_key k on k.world = c.world and k.platform = $2::smallint and k.kind = 'username' and k.key = $3
where c.creator_id = $1::bigint
