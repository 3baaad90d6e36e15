-- write_rows (src/ingest/merge.c): a price that is known already is left alone. $1 workspace, $2 import
with written as (
  insert into price (creator_id, account_id, workspace_id, deliverable, amount_usd, amount, currency, rate_day, source, valid_from)
  select n.creator_id, n.account_id, $1::integer, coalesce(s.deliverable, 'post'), s.amount_usd, o.amount, o.currency, s.rate_day,
    coalesce(s.source, 'quote'), s.valid_from
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
  cross join lateral (
    select case when s.rate_day is not null then s.amount end as amount,
           case when s.rate_day is not null then s.currency end as currency
  ) o
  where not exists (
    select from price p
    where p.creator_id = n.creator_id and p.account_id = n.account_id and p.workspace_id is not distinct from $1::integer
      and p.deliverable = coalesce(s.deliverable, 'post') and p.source = coalesce(s.source, 'quote')
      and p.valid_from = s.valid_from and p.currency is not distinct from o.currency
      and coalesce(p.amount, p.amount_usd) = coalesce(o.amount, s.amount_usd)
  )
  order by s.line
  returning creator_id, account_id, price_id
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key)
  select w.creator_id, $2::bigint, 'price', jsonb_build_object('price_id', w.price_id)
  from written w
  where $2::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
), dirty as (
  insert into account_dirty as d (creator_id, account_id)
  select distinct creator_id, account_id from written where $1::integer is null
  on conflict (creator_id, account_id) do update set tries = 0, error = null where d.tries <> 0
)
select n.line >> 40, count(*), 0
from written w
join import_account n on n.creator_id = w.creator_id and n.account_id = w.account_id and n.main
group by 1;
