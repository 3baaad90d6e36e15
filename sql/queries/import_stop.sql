-- change (src/api/imports_delete.c): whoever runs the job stops it
update import_job set cancel_asked = true where import_id = $1::bigint and status = 'running';
