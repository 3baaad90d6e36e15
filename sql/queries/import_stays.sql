-- take_back (src/ingest/job_run.c): something newer touched its rows, they stay
update import_job j set status = fallback, finished_at = coalesce(finished_at, clock_timestamp()), outcome = null,
  error = concat_ws('; ', case when fallback <> 'done' then error end,
    (select 'its rows stay: ' || string_agg(t.rows || ' of ' || t.place, ', ' order by t.place) || ' were written since'
     from import_touched($1::bigint) t))
where import_id = $1::bigint;
