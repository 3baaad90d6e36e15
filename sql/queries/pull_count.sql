-- pull_count (src/ingest/pull_store.c)
select count(*), count(*) filter (where state = 'found'), count(*) filter (where state = 'gone')
from pull_item where pull_id = $1::integer;
