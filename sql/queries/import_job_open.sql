-- import_run (src/ingest/import.c)
insert into import_job (kind, source, world, status) values ($1, $2, $3::smallint, 'running')
returning import_id;
