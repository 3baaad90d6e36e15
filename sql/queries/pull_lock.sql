-- pull_lock (src/ingest/pull_store.c): held by this connection until pull_unlock or its end
select pg_try_advisory_lock($1::integer, $2::integer);
