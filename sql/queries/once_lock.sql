-- write_once_begin: api/write_once.c. One request a key $1 (hash as text) at a time
select pg_try_advisory_xact_lock(20262, hashtext($1))
