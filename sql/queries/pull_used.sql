-- pull_used_units (src/ingest/pull_store.c)
select coalesce((select units from pull_usage
                 where platform = $1::smallint and day = ($2::timestamptz at time zone $3)::date), 0);
