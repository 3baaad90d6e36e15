-- number_accounts (src/ingest/merge.c): ids of new accounts in the order of the file
update import_account n set creator_id = x.creator_id, account_id = x.account_id, is_new = true
from (
  select o.line,
    nextval((select pg_get_serial_sequence('creator', 'creator_id')::regclass)) as creator_id,
    nextval((select pg_get_serial_sequence('account', 'account_id')::regclass)) as account_id
  from (select line from import_account where account_id is null order by line) o
) x
where n.line = x.line;
