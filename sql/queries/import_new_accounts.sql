-- hash_batch (src/ingest/merge_erased.c)
select line, platform, ident, username_key, platform_account_id
from import_account
where account_id is null and line > $1::bigint
order by line
limit 20000;
