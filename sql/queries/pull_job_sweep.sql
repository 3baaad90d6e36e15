-- pull_job_open (src/ingest/pull_store.c): open pulls begun before $2 hold ids that may no longer be kept
delete from pull_job where platform = $1::smallint and closed_at is null and started_at < $2::timestamptz;
