-- import_job_open (src/ingest/import_job.c): jobs whose process is gone (their advisory lock is free) have failed; an upload
-- is gone on with
with left_over as materialized (
  select import_id from import_job where status = 'running' and not uploaded
)
update import_job j set status = 'failed', finished_at = clock_timestamp(), error = 'niched import ended in the middle'
from left_over o
where j.import_id = o.import_id and pg_try_advisory_xact_lock(20261, o.import_id::integer);
