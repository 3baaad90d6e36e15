-- merge_run (src/ingest/merge.c)
with keyed as (
  select s.line, s.observed_at, n.account_id, (s.observed_at at time zone 'UTC')::date as day
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
), repeated as (
  select account_id, day from keyed group by account_id, day having count(*) > 1
), ranked as (
  select k.line, row_number() over (partition by k.account_id, k.day order by k.observed_at desc, k.line desc) as nth
  from keyed k
  join repeated r on r.account_id = k.account_id and r.day = k.day
), gone as (
  delete from import_stage s using ranked r where s.line = r.line and r.nth > 1 returning s.line >> 40 as caller
)
select caller, count(*) from gone group by caller;
