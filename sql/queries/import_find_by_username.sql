-- find_accounts (src/ingest/merge.c): not if that account has another platform id; then the handle changed hands
update import_account n set creator_id = k.creator_id, account_id = k.account_id
from account_key k
join account a on a.creator_id = k.creator_id and a.account_id = k.account_id
where n.account_id is null
  and k.world = $1::smallint and k.platform = n.platform and k.kind = 'username' and k.key = n.username_key
  and (n.platform_account_id is null or a.platform_account_id is null
    or a.platform_account_id = n.platform_account_id);
