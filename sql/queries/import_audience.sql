-- write_rows (src/ingest/merge.c): shares of an audience; an older observation replaces nothing
with written as (
  insert into audience_share as o (creator_id, account_id, dimension, bucket, share, sample_n, source, observed_at)
  select n.creator_id, n.account_id, s.dimension,
    s.bucket, s.share, s.sample_n, $1, s.observed_at
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
  on conflict (creator_id, account_id, dimension, bucket) do update
  set share = excluded.share, sample_n = excluded.sample_n, source = excluded.source, observed_at = excluded.observed_at
  where excluded.observed_at >= o.observed_at
    and (o.share, o.sample_n, o.observed_at) is distinct from (excluded.share, excluded.sample_n, excluded.observed_at)
  returning creator_id, account_id, dimension, bucket, xmax = 0 as is_new
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key, old, old_xid)
  select w.creator_id, $2::bigint, 'audience_share', jsonb_build_object('account_id', w.account_id, 'dimension', w.dimension, 'bucket', w.bucket), to_jsonb(o), o.xmin::text::bigint
  from written w
  left join audience_share o on o.creator_id = w.creator_id and o.account_id = w.account_id and o.dimension = w.dimension and o.bucket = w.bucket
  where $2::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
), dirty as (
  insert into account_dirty as d (creator_id, account_id)
  select distinct creator_id, account_id from written
  on conflict (creator_id, account_id) do update set tries = 0, error = null where d.tries <> 0
)
select 0, count(*) filter (where is_new), count(*) filter (where not is_new) from written;
