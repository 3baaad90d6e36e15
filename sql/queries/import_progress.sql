-- tell (src/ingest/job_run.c): how far a job is; whether it is to stop
update import_job set bytes = $2::bigint, rows = $3::bigint, refused = $4::bigint, touched_at = clock_timestamp()
where import_id = $1::bigint and status = 'running'
returning cancel_asked;
