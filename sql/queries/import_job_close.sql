-- import_run (src/ingest/import.c)
update import_job set kind = $2, status = $3, finished_at = clock_timestamp(), bytes = $4::bigint, rows = $5::bigint,
  accepted = $6::bigint, refused = $7::bigint, duplicates = $8::bigint
where import_id = $1::bigint;
