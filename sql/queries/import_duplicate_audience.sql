-- merge_run (src/ingest/merge.c)
with ranked as (
  select s.line, row_number() over (partition by n.account_id, s.dimension, s.bucket order by s.observed_at desc, s.line desc) as nth
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
), gone as (
  delete from import_stage s using ranked r where s.line = r.line and r.nth > 1 returning s.line >> 40 as caller
)
select caller, count(*) from gone group by caller;
