-- find_account: api/writes.c. The account that a write to username key $3 of platform $2 in world $1 means: the one of the
-- platform's id $4 (or null), else the one of the username unless it has another id: creator, account, username, opted out,
-- observed (microseconds), tag
with found as (
  select k.creator_id, k.account_id, 1 as nth
  from account_key k
  where k.world = $1::smallint and k.platform = $2::smallint and k.kind = 'id' and k.key = $4
  union all
  select k.creator_id, k.account_id, 2
  from account_key k
  join account a on a.creator_id = k.creator_id and a.account_id = k.account_id
  where k.world = $1::smallint and k.platform = $2::smallint and k.kind = 'username' and k.key = $3
    and ($4 is null or a.platform_account_id is null or a.platform_account_id = $4)
  order by nth
  limit 1
)
select a.creator_id, a.account_id, a.username, c.opted_out, (extract(epoch from a.observed_at) * 1000000)::bigint,
       (select md5(string_agg(to_jsonb(t)::text, ',' order by t.account_id)) from account t where t.creator_id = a.creator_id)
from found f
join account a on a.creator_id = f.creator_id and a.account_id = f.account_id
join creator c on c.creator_id = f.creator_id
