-- merge_run (src/ingest/merge.c): a person counts once for an account, however often they engaged
with ranked as (
  select s.line, row_number() over (partition by n.account_id, s.engager order by s.line) as nth
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
), gone as (
  delete from import_stage s using ranked r where s.line = r.line and r.nth > 1 returning s.line >> 40 as caller
)
select caller, count(*) from gone group by caller;
