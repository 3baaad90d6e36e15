-- drop_unknown (src/ingest/merge.c)
with gone as (
  delete from import_account a using creator c where c.creator_id = a.creator_id and c.opted_out returning a.platform, a.ident
), refused as (
  delete from import_stage s using gone g where s.platform = g.platform and s.ident = g.ident returning s.line
)
select count(*) over (), line, 'the creator asked not to be listed: nothing more is kept' from refused order by line limit 1000;
