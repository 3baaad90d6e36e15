-- import_job_open (src/ingest/import_job.c)
insert into import_job (kind, source, world, status, workspace_id) values ($1, $2, $3::smallint, 'running', $4::integer)
returning import_id, pg_try_advisory_lock(20261, import_id::integer);
