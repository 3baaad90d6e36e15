-- write_once_end: api/write_once.c. Keeps the answer of key $1: route $2, request $3, status $4, body $5; expired ones go
with gone as (
  delete from idempotency_key where created_at <= now() - interval '24 hours' and key_hash <> $1::bytea
)
insert into idempotency_key (key_hash, route, request_hash, status, body)
values ($1::bytea, $2, $3::bytea, $4::smallint, $5)
on conflict (key_hash) do update
set route = excluded.route, request_hash = excluded.request_hash, status = excluded.status, body = excluded.body,
    created_at = now()
