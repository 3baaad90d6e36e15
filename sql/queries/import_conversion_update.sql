-- write_rows (src/ingest/merge.c): $1 source, $2 workspace
with keyed as materialized (
  select s.line, n.creator_id, n.account_id, k.collaboration_id, s.clicks, s.orders, s.revenue_usd,
    coalesce(s.window_days, 30) as window_days, s.reported_at
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
  left join lateral (
    select c.collaboration_id
    from collaboration c
    join brand b using (brand_id)
    where c.creator_id = n.creator_id and c.workspace_id = $2::integer and coalesce(c.account_id, n.account_id) = n.account_id
      and num_nonnulls(s.brand, s.started_on) > 0 and (s.started_on is null or c.started_on = s.started_on)
      and (s.brand is null or b.brand_key = regexp_replace(normalize(lower(s.brand), NFKD), '[^[:alnum:]]+', '', 'g'))
    order by c.started_on desc, c.collaboration_id desc
    limit 1
  ) k on true
), merged as (
  select r.creator_id, r.conversion_id, coalesce(k.clicks, r.clicks) as clicks, k.orders,
    coalesce(k.revenue_usd, r.revenue_usd) as revenue_usd
  from keyed k
  join conversion_report r on r.creator_id = k.creator_id and r.workspace_id = $2::integer and r.account_id = k.account_id
    and r.collaboration_id is not distinct from k.collaboration_id and r.window_days = k.window_days
    and r.reported_at = k.reported_at
), written as (
  update conversion_report r set clicks = m.clicks, orders = m.orders, revenue_usd = m.revenue_usd, source = $1
  from merged m
  where r.creator_id = m.creator_id and r.conversion_id = m.conversion_id
    and (r.clicks, r.orders, r.revenue_usd) is distinct from (m.clicks, m.orders, m.revenue_usd)
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
