-- pull_take (src/ingest/pull_store.c)
select key from pull_item where pull_id = $1::integer and state = 'found' order by place limit $2::integer;
