-- write_rows (src/ingest/merge.c)
with merged as (
  select c.creator_id, c.collaboration_id, coalesce(s.posts, c.posts) as posts,
    coalesce(s.ended_on, c.ended_on) as ended_on, coalesce(s.compensation, c.compensation) as compensation,
    coalesce(s.fee_usd, c.fee_usd) as fee_usd, p.fee, p.currency, p.rate_day, coalesce(s.labelled, c.labelled) as labelled,
    coalesce(s.exclusive, c.exclusive) as exclusive
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
  join brand b on b.brand_key = regexp_replace(normalize(lower(s.brand), NFKD), '[^[:alnum:]]+', '', 'g')
  join collaboration c on c.creator_id = n.creator_id and c.account_id = n.account_id and c.brand_id = b.brand_id
    and c.started_on = s.started_on and c.workspace_id is not distinct from $2::integer
  cross join lateral (
    select c.fee, c.currency, c.rate_day where s.fee_usd is null
    union all
    select case when s.rate_day is not null then s.fee end, case when s.rate_day is not null then s.currency end, s.rate_day
    where s.fee_usd is not null
  ) p
), written as (
  update collaboration c set posts = m.posts, ended_on = m.ended_on, compensation = m.compensation,
    fee_usd = m.fee_usd, fee = m.fee, currency = m.currency, rate_day = m.rate_day, labelled = m.labelled, exclusive = m.exclusive, source = $1
  from merged m
  where c.creator_id = m.creator_id and c.collaboration_id = m.collaboration_id
    and (c.posts, c.ended_on, c.compensation, c.fee_usd, c.fee, c.currency, c.rate_day, c.labelled, c.exclusive) is distinct from
      (m.posts, m.ended_on, m.compensation, m.fee_usd, m.fee, m.currency, m.rate_day, m.labelled, m.exclusive)
  returning c.creator_id, c.account_id, c.collaboration_id
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key, old, old_xid)
  select w.creator_id, $3::bigint, 'collaboration', jsonb_build_object('collaboration_id', w.collaboration_id), to_jsonb(o), o.xmin::text::bigint
  from written w
  left join collaboration o on o.creator_id = w.creator_id and o.collaboration_id = w.collaboration_id
  where $3::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
), dirty as (
  insert into account_dirty as d (creator_id, account_id)
  select distinct creator_id, account_id from written where $2::integer is null
  on conflict (creator_id, account_id) do update set tries = 0, error = null where d.tries <> 0
)
select n.line >> 40, 0, count(*)
from written w
join import_account n on n.creator_id = w.creator_id and n.account_id = w.account_id and n.main
group by 1;
