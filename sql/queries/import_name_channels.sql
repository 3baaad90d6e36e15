-- find_accounts (src/ingest/merge.c): a channel of YouTube may have no handle; its id then serves as one
update import_account set username = platform_account_id, username_key = lower(platform_account_id collate "C")
where account_id is null and username is null and platform = 3 and platform_account_id ~ '^UC[0-9A-Za-z_-]{22}$';
