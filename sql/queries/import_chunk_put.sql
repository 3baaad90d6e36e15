-- put_piece (src/api/imports_post.c): the next piece $3, number $2, of an upload; no row where it was cancelled
with job as (
  update import_job set bytes_total = coalesce(bytes_total, 0) + octet_length($3::bytea), touched_at = clock_timestamp()
  where import_id = $1::bigint and status = 'receiving'
  returning import_id
)
insert into import_chunk (import_id, nth, data) select import_id, $2::integer, $3::bytea from job
returning nth;
