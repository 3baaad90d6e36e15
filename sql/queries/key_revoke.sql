-- revoke: cli/cmd_key.c. Refuses the key $1 from now on; no row: there is none
with gone as (
  update api_key set revoked_at = coalesce(revoked_at, now()) where key_id = $1::bigint returning key_id
)
select key_id, pg_notify('niched', 'keys') is null from gone
