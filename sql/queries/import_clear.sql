-- clear_away (src/ingest/jobs.c): uploads that nobody sends any more, and after $2 days bad rows and what takes imports back
with stale as (
  delete from import_job
  where status = 'receiving' and touched_at < clock_timestamp() - make_interval(secs => $1::float8)
), old as (
  select import_id from import_job where finished_at < clock_timestamp() - make_interval(days => $2::integer)
), errors as (
  delete from import_error e using old o where e.import_id = o.import_id
)
delete from import_undo u using old o where u.import_id = o.import_id;
