-- merge (src/ingest/merge.c): 1 if somebody was erased, who must not come in again
select count(*) from (select from tombstone limit 1) t;
