-- import_run (src/ingest/import.c): jobs whose process is gone (their advisory lock is free) have failed
with left_over as materialized (
  select import_id from import_job where status = 'running'
)
update import_job j set status = 'failed', finished_at = clock_timestamp()
from left_over o
where j.import_id = o.import_id and pg_try_advisory_xact_lock(20261, o.import_id::integer);
