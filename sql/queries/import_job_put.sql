-- import_job_put (src/ingest/import_job.c)
with gone as (
  delete from import_chunk where import_id = $12::bigint and $2 <> 'running'
)
update import_job set kind = $1, status = $2, finished_at = case when $2 <> 'running' then clock_timestamp() end,
  bytes = $3::bigint, rows = $4::bigint, accepted = $5::bigint, refused = $6::bigint, duplicates = $7::bigint,
  created = $8::bigint, updated = $9::bigint, unchanged = $10::bigint, erased = $11::bigint, accounts_created = $13::bigint,
  merged_rows = $4::bigint, merged_refused = $6::bigint, attempts = 0, touched_at = clock_timestamp()
where import_id = $12::bigint;
