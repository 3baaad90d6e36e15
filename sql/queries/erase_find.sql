-- erase_remembers: ingest/erase.c. Whether the hash $1 is of an erased creator
select 1 from tombstone where key_hash = $1::bytea
