-- create: cli/cmd_key.c. $1 workspace, $2 name, $3 scope, $4 origins (an array; empty: not publishable), $5 hash of the secret,
-- $6 requests a minute or null, $7 days or null. The id, and that services are told
with made as (
  insert into api_key (workspace_id, name, scope, publishable, origins, secret_hash, per_minute, expires_at)
  values ($1::integer, $2, $3, cardinality($4::text[]) > 0, $4::text[], decode($5, 'hex'), $6::integer,
          now() + make_interval(days => $7::integer))
  returning key_id
)
select key_id, pg_notify('niched', 'keys') is null from made
