-- import_job_release (src/ingest/import_job.c)
select pg_advisory_unlock(20261, $1::bigint::integer);
