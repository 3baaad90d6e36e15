-- number_accounts (src/ingest/merge.c): of several rows that are one account, the newest speaks for it
update import_account n set main = false
from (
  select line, row_number() over (partition by account_id order by observed_at desc, line desc) as nth
  from import_account
) x
where n.line = x.line and x.nth > 1;
