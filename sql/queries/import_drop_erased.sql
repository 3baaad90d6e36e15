-- merge_drop_erased (src/ingest/merge_erased.c)
with erased as (
  select distinct h.platform, h.ident from import_hash h join tombstone t on t.key_hash = h.hash
), accounts as (
  delete from import_account a using erased e where a.platform = e.platform and a.ident = e.ident
), refused as (
  delete from import_stage s using erased e where s.platform = e.platform and s.ident = e.ident returning s.line
)
select count(*) over (), line, 'this creator asked to be forgotten' from refused order by line limit 1000;
