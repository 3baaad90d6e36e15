-- end_badly (src/ingest/job_run.c): it ends as $2, because of $3; its rows are to be taken back
with gone as (
  delete from import_chunk where import_id = $1::bigint
)
update import_job set status = 'reverting', outcome = $2, fallback = $2, error = $3, kind = coalesce($4, kind), attempts = 0,
  bytes = $5::bigint, rows = $6::bigint, refused = $7::bigint
where import_id = $1::bigint;
