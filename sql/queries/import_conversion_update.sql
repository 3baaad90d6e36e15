-- write_rows (src/ingest/merge.c): $1 source, $2 workspace
with merged as (
  select r.creator_id, r.conversion_id, coalesce(s.clicks, r.clicks) as clicks, s.orders,
    coalesce(s.revenue_usd, r.revenue_usd) as revenue_usd, p.revenue, p.currency, p.rate_day
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
  join conversion_report r on r.creator_id = n.creator_id and r.workspace_id = $2::integer and r.account_id = n.account_id
    and r.collaboration_id is not distinct from s.collaboration_id and r.window_days = s.window_days
    and r.reported_at = s.reported_at
  cross join lateral (
    select r.revenue, r.currency, r.rate_day where s.revenue_usd is null
    union all
    select case when s.rate_day is not null then s.revenue end, case when s.rate_day is not null then s.currency end, s.rate_day
    where s.revenue_usd is not null
  ) p
), written as (
  update conversion_report r set clicks = m.clicks, orders = m.orders, revenue_usd = m.revenue_usd, revenue = m.revenue,
    currency = m.currency, rate_day = m.rate_day, source = $1
  from merged m
  where r.creator_id = m.creator_id and r.conversion_id = m.conversion_id
    and (r.clicks, r.orders, r.revenue_usd, r.revenue, r.currency, r.rate_day) is distinct from
      (m.clicks, m.orders, m.revenue_usd, m.revenue, m.currency, m.rate_day)
  returning r.creator_id, r.conversion_id
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key, old, old_xid)
  select w.creator_id, $3::bigint, 'conversion_report', jsonb_build_object('conversion_id', w.conversion_id), to_jsonb(o), o.xmin::text::bigint
  from written w
  left join conversion_report o on o.creator_id = w.creator_id and o.conversion_id = w.conversion_id
  where $3::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
)
select 0, 0, count(*) from written;
