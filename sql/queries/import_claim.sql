-- job_run (src/ingest/job_run.c): the oldest job that nobody works on, and its lock for this connection
with open as materialized (
  select import_id from import_job
  where status in ('queued', 'reverting') or (status = 'running' and uploaded)
  order by import_id
  for update skip locked
), mine as materialized (
  select import_id from open where pg_try_advisory_lock(20261, import_id::integer) limit 1
)
update import_job j
set status = case j.status when 'queued' then 'running' else j.status end,
  started_at = case j.status when 'queued' then clock_timestamp() else j.started_at end,
  attempts = j.attempts + 1, touched_at = clock_timestamp()
from mine m
where j.import_id = m.import_id
returning j.import_id, j.status, j.source, j.world, j.options ->> 'kind', j.options ->> 'platform', j.options ->> 'format',
  j.options ->> 'delimiter', j.options ->> 'encoding', j.options ->> 'map', j.options ->> 'strict' = 'true',
  j.options ->> 'observed_us', j.options ->> 'latest_us', coalesce(j.options ->> 'workspace', '0'), j.merged_rows, j.merged_refused, j.accepted, j.erased, j.duplicates,
  j.created, j.updated, j.unchanged, j.accounts_created,
  (select count(*) from import_error e where e.import_id = j.import_id), j.attempts;
