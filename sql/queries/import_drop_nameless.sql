-- drop_nameless (src/ingest/merge.c): rows that name an account only by an id that nobody knows
with unknown as (
  delete from import_account where account_id is null and username is null returning platform, ident
), refused as (
  delete from import_stage s using unknown u where s.platform = u.platform and s.ident = u.ident returning s.line
)
select count(*) over (), line, 'the account''s id is not in the store and the row has no username: import the profile first' from refused order by line limit 1000;
