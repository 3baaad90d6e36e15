-- write_rows (src/ingest/merge.c): a price that is known already is left alone
with written as (
  insert into price (creator_id, account_id, workspace_id, deliverable, amount_usd, source, valid_from)
  select n.creator_id, n.account_id, $1::integer, coalesce(s.deliverable, 'post'), s.amount_usd,
    coalesce(s.source, 'quote'), s.valid_from
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
  where not exists (
    select from price p
    where p.creator_id = n.creator_id and p.account_id = n.account_id and p.workspace_id is not distinct from $1::integer
      and p.deliverable = coalesce(s.deliverable, 'post') and p.amount_usd = s.amount_usd
      and p.source = coalesce(s.source, 'quote') and p.valid_from = s.valid_from
  )
  order by s.line
  returning creator_id, account_id
), dirty as (
  insert into account_dirty as d (creator_id, account_id)
  select distinct creator_id, account_id from written
  on conflict (creator_id, account_id) do update set tries = 0, error = null where d.tries <> 0
)
select count(*), 0 from written;
