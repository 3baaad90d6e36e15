-- find_accounts (src/ingest/merge.c)
update import_account n set creator_id = k.creator_id, account_id = k.account_id
from account_key k
where k.world = $1::smallint and k.platform = n.platform and k.kind = 'id' and k.key = n.platform_account_id;
