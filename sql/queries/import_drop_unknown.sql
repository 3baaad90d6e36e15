-- drop_unknown (src/ingest/merge.c)
with unknown as (
  delete from import_account where account_id is null returning platform, ident
), refused as (
  delete from import_stage s using unknown u where s.platform = u.platform and s.ident = u.ident returning s.line
)
select count(*) over (), line, 'the creator is not in the store: import the profile first' from refused order by line limit 1000;
