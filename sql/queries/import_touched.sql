-- What keeps an import from being taken back: take_back (src/ingest/job_run.c), check_touched (src/api/imports_delete.c)
select t.place, t.rows, (select string_agg(distinct p.slug || '/' || a.username, ', ') from account a join platform p using (platform)
  where a.creator_id = any(t.creators[1:3]))
from import_touched($1::bigint) t order by 1;
