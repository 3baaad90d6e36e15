-- write_rows (src/ingest/merge.c): $1 source, $2 workspace
with written as (
  insert into conversion_report (creator_id, account_id, collaboration_id, workspace_id, clicks, orders, revenue_usd, revenue,
    currency, rate_day, window_days, reported_at, source)
  select n.creator_id, n.account_id, s.collaboration_id, $2::integer, s.clicks, s.orders, s.revenue_usd,
    case when s.rate_day is not null then s.revenue end, case when s.rate_day is not null then s.currency end, s.rate_day,
    s.window_days, s.reported_at, $1
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
  where not exists (
    select from conversion_report r
    where r.creator_id = n.creator_id and r.workspace_id = $2::integer and r.account_id = n.account_id
      and r.collaboration_id is not distinct from s.collaboration_id and r.window_days = s.window_days
      and r.reported_at = s.reported_at
  )
  order by s.line
  returning creator_id, conversion_id
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key)
  select w.creator_id, $3::bigint, 'conversion_report', jsonb_build_object('conversion_id', w.conversion_id)
  from written w
  where $3::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
)
select 0, count(*), 0 from written;
