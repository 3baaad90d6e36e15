-- rotate: cli/cmd_key.c. A new key like the good key $1, with the hash $2 of its secret; the old one is good for at most $3 days
-- more. No row: there is no such key
with old as (
  select * from api_key
  where key_id = $1::bigint and revoked_at is null and (expires_at is null or expires_at > now())
  for update
), ends as (
  update api_key k set expires_at = least(k.expires_at, now() + make_interval(days => $3::integer)) from old where k.key_id = old.key_id
), made as (
  insert into api_key (workspace_id, name, scope, publishable, origins, secret_hash, per_minute, expires_at)
  select workspace_id, name, scope, publishable, origins, decode($2, 'hex'), per_minute, expires_at from old
  returning key_id, publishable
)
select key_id, publishable, pg_notify('niched', 'keys') is null from made
