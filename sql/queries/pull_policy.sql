-- pull_accepted (src/ingest/pull_store.c)
select (extract(epoch from accepted_at) * 1000000)::bigint from pull_policy where platform = $1::smallint and edition = $2;
