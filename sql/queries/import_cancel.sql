-- change (src/api/imports_delete.c): a job that was not begun
with gone as (
  delete from import_chunk where import_id = $1::bigint
)
update import_job set status = 'cancelled', finished_at = clock_timestamp()
where import_id = $1::bigint and status in ('receiving', 'queued');
