-- merge_run (src/ingest/merge.c)
with keyed as (
  select s.line, s.observed_at, n.account_id, coalesce(s.deliverable, 'post') as deliverable, coalesce(s.source, 'quote') as source, s.amount_usd, coalesce(s.currency, 'USD') as currency, s.valid_from
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
), repeated as (
  select account_id, deliverable, source, amount_usd, currency, valid_from from keyed group by account_id, deliverable, source, amount_usd, currency, valid_from having count(*) > 1
), ranked as (
  select k.line, row_number() over (partition by k.account_id, k.deliverable, k.source, k.amount_usd, k.currency, k.valid_from order by k.observed_at desc, k.line desc) as nth
  from keyed k
  join repeated r on r.account_id = k.account_id and r.deliverable = k.deliverable and r.source = k.source and r.amount_usd = k.amount_usd and r.currency = k.currency and r.valid_from = k.valid_from
), gone as (
  delete from import_stage s using ranked r where s.line = r.line and r.nth > 1 returning s.line >> 40 as caller
)
select caller, count(*) from gone group by caller;
