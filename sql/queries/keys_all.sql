-- keyring_read: api/keyring.c. Keys that are not revoked, by id
select key_id, workspace_id, scope, publishable, encode(secret_hash, 'hex') as secret_hash, origins,
       coalesce(per_minute, 0) as per_minute,
       coalesce((extract(epoch from expires_at) * 1000000)::bigint, 0) as expires_us
from api_key
where revoked_at is null
order by key_id
