-- pull_unlock (src/ingest/pull_store.c)
select pg_advisory_unlock($1::integer, $2::integer);
