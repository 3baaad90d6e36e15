-- Writes over HTTP: what a client that tries again is answered with.

create table idempotency_key (
  key_hash     bytea primary key check (octet_length(key_hash) = 16),
  route        text not null,
  request_hash bytea not null check (octet_length(request_hash) = 16),
  status       smallint not null,
  body         text,
  created_at   timestamptz not null default now()
);
create index idempotency_key_created on idempotency_key (created_at);
comment on table idempotency_key is 'Writes that named an Idempotency-Key, for 24 hours: the same again is answered, not done again';
comment on column idempotency_key.key_hash is 'Hash of the key';
comment on column idempotency_key.route is 'operationId of the write';
comment on column idempotency_key.request_hash is 'Hash of method, address and body: the same key with another request is refused';
comment on column idempotency_key.status is 'HTTP status that was answered';
comment on column idempotency_key.body is 'Counts that were answered; null where the answer is the creator as they are now, or nothing. Never personal data';
comment on column idempotency_key.created_at is 'When; the row goes after 24 hours';
