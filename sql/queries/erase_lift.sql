-- erase_lift: ingest/erase.c. What has one of the hashes $1 may come in again
delete from tombstone where key_hash = any ($1::bytea[])
