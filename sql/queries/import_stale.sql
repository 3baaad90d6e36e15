-- import_job_analyse (src/ingest/import_job.c): tables of creators that were empty when they were analysed and are not any more
select string_agg(c.oid::regclass::text, ', ')
from pg_class c
where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and c.reltuples = 0 and pg_relation_size(c.oid) > 0
  and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'creator_id' and not a.attisdropped);
