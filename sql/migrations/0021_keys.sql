-- Keys: who may ask for what, and in whose name.

create table api_key (
  key_id       bigint generated always as identity primary key,
  workspace_id integer not null references workspace on delete cascade,
  name         text not null,
  scope        text not null check (scope in ('read', 'write', 'admin')),
  publishable  boolean not null default false,
  origins      text[] not null default '{}',
  secret_hash  bytea not null check (octet_length(secret_hash) = 16),
  per_minute   integer check (per_minute > 0),
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,
  revoked_at   timestamptz,
  check (publishable = (cardinality(origins) > 0)),
  check (scope = 'read' or not publishable)
);
create index api_key_workspace on api_key (workspace_id);
comment on table api_key is 'Keys of callers. A key is nk_<id>_<secret>; only a hash of the secret is here';
comment on column api_key.key_id is 'Id, part of the key';
comment on column api_key.workspace_id is 'Whose private rows it reads and writes';
comment on column api_key.name is 'Name for people';
comment on column api_key.scope is 'read, write (and read) or admin (all)';
comment on column api_key.publishable is 'In a page, for all to read: shared rows alone, for pages of its origins';
comment on column api_key.origins is 'Origins of the pages that may send it';
comment on column api_key.secret_hash is 'BLAKE2b of the secret, 16 bytes: 256 random bits need no slow hash';
comment on column api_key.per_minute is 'Requests a minute; null: as the settings say';
comment on column api_key.created_at is 'When it was made';
comment on column api_key.expires_at is 'From then on it is refused; null: never';
comment on column api_key.revoked_at is 'Since then it is refused; null: it is good';
