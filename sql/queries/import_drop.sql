-- drop_broken (src/ingest/jobs.c)
delete from import_job where import_id = $1::bigint and status = 'receiving';
