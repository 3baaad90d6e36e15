-- erase_lift: ingest/erase.c. The hash $1 may come in again
delete from tombstone where key_hash = $1::bytea
