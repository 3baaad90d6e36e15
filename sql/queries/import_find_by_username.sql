-- find_accounts (src/ingest/merge.c): not if that account has another platform id; then the handle changed hands
update import_account n set creator_id = x.creator_id, account_id = x.account_id
from (
  select i.line, k.creator_id, k.account_id
  from import_account i
  join account_key k on k.world = $1::smallint and k.platform = i.platform and k.kind = 'username'
    and k.key = i.username_key
  left join account a on a.creator_id = k.creator_id and a.account_id = k.account_id
  where i.account_id is null
    and (i.platform_account_id is null or a.platform_account_id is null
      or a.platform_account_id = i.platform_account_id)
) x
where n.line = x.line;
