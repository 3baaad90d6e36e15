-- take_back (src/ingest/job_run.c)
with gone as materialized (
  select import_revert($1::bigint)
)
update import_job j set status = outcome, finished_at = clock_timestamp(), accepted = 0, created = 0, updated = 0, unchanged = 0,
  duplicates = 0, accounts_created = 0, merged_rows = 0
from gone
where j.import_id = $1::bigint;
