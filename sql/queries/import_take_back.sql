-- change (src/api/imports_delete.c)
update import_job set fallback = status, status = 'reverting', outcome = case status when 'done' then 'reverted' else status end,
  finished_at = null,
  attempts = 0, touched_at = clock_timestamp()
where import_id = $1::bigint and status in ('done', 'failed', 'cancelled')
returning pg_notify('niched_import', '');
