-- erase_remembers: ingest/erase.c. Whether one of the hashes $1 is of an erased creator
select 1 from tombstone where key_hash = any ($1::bytea[]) limit 1
