-- find_accounts: api/write_round.c. The accounts in world $1 that writes to username keys $3 of platforms $2 mean: the one of the
-- platform's id $4 (or null), else the one of the username unless it has another id: number of the write, creator, account,
-- username, opted out, observed (microseconds), tag
select w.nth, a.creator_id, a.account_id, a.username, c.opted_out, (extract(epoch from a.observed_at) * 1000000)::bigint,
       (select md5(string_agg(to_jsonb(t)::text, ',' order by t.account_id)) from account t where t.creator_id = a.creator_id)
from unnest($2::smallint[], $3::text[], $4::text[]) with ordinality w(platform, key, id, nth)
cross join lateral (
  select k.creator_id, k.account_id, 1 as nth
  from account_key k
  where k.world = $1::smallint and k.platform = w.platform and k.kind = 'id' and k.key = w.id
  union all
  select k.creator_id, k.account_id, 2
  from account_key k
  join account a on a.creator_id = k.creator_id and a.account_id = k.account_id
  where k.world = $1::smallint and k.platform = w.platform and k.kind = 'username' and k.key = w.key
    and (w.id is null or a.platform_account_id is null or a.platform_account_id = w.id)
  order by nth
  limit 1
) f
join account a on a.creator_id = f.creator_id and a.account_id = f.account_id
join creator c on c.creator_id = f.creator_id
