-- log_end (src/ingest/job_run.c), delete_job (src/api/imports_delete.c)
select status, uploaded, accepted, exists (select from import_undo u where u.import_id = j.import_id)
from import_job j where import_id = $1::bigint
for update of j;
