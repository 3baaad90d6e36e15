-- write_rows (src/ingest/merge.c)
with written as (
  insert into collaboration (creator_id, account_id, workspace_id, brand_id, posts, started_on, ended_on, compensation,
    fee_usd, fee, currency, rate_day, labelled, exclusive, source)
  select n.creator_id, n.account_id, $2::integer, b.brand_id, s.posts, s.started_on, s.ended_on, s.compensation,
    s.fee_usd, case when s.rate_day is not null then s.fee end, case when s.rate_day is not null then s.currency end,
    s.rate_day, s.labelled, s.exclusive, $1
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
  join brand b on b.brand_key = regexp_replace(normalize(lower(s.brand), NFKD), '[^[:alnum:]]+', '', 'g')
  where not exists (
    select from collaboration c
    where c.creator_id = n.creator_id and c.account_id = n.account_id and c.brand_id = b.brand_id
      and c.started_on = s.started_on and c.workspace_id is not distinct from $2::integer
  )
  order by s.line
  returning creator_id, account_id, collaboration_id
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key)
  select w.creator_id, $3::bigint, 'collaboration', jsonb_build_object('collaboration_id', w.collaboration_id)
  from written w
  where $3::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
), dirty as (
  insert into account_dirty as d (creator_id, account_id)
  select distinct creator_id, account_id from written where $2::integer is null
  on conflict (creator_id, account_id) do update set tries = 0, error = null where d.tries <> 0
)
select n.line >> 40, count(*), 0
from written w
join import_account n on n.creator_id = w.creator_id and n.account_id = w.account_id and n.main
group by 1;
