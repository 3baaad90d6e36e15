-- pull_job_close (src/ingest/pull_store.c)
with items as (
  delete from pull_item where pull_id = $1::integer
)
update pull_job set closed_at = $2::timestamptz, search = 'done', page_token = null where pull_id = $1::integer;
