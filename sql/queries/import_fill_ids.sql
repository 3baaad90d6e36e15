-- find_accounts (src/ingest/merge.c): a row without platform id is the account of the same username that has one
update import_stage s set platform_account_id = x.platform_account_id, ident = 'i' || x.platform_account_id
from (
  select distinct on (platform, lower(username collate "C"))
    platform, lower(username collate "C") as username_key, platform_account_id
  from import_stage
  where platform_account_id is not null
  order by platform, lower(username collate "C"), observed_at desc, line desc
) x
where s.platform_account_id is null and s.platform = x.platform and lower(s.username collate "C") = x.username_key;
