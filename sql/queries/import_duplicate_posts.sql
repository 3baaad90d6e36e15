-- merge_run (src/ingest/merge.c)
with keyed as not materialized (
  select s.line, s.observed_at, n.account_id, s.post_key
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
), repeated as (
  select account_id, post_key from keyed group by account_id, post_key having count(*) > 1
), ranked as (
  select k.line, row_number() over (partition by k.account_id, k.post_key order by k.observed_at desc, k.line desc) as nth
  from keyed k
  join repeated r on r.account_id = k.account_id and r.post_key = k.post_key
), gone as (
  delete from import_stage s using ranked r where s.line = r.line and r.nth > 1 returning s.line >> 40 as caller
)
select caller, count(*) from gone group by caller;
