-- write_once_begin: api/write_once.c. What the key $1 was answered with, and whether the request $2 is the same
select request_hash = $2::bytea, status, body
from idempotency_key
where key_hash = $1::bytea and created_at > now() - interval '24 hours'
