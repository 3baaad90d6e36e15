-- open_request: api/requests.c. A request about account $3 of platform $2 in world $1: kind $4, code $5, token hash $6,
-- address hash $7, message $8, contact $9; nothing where the account or the address has $10 open ones already, which are
-- counted: id or null, open ones of the account, of the address, until when it is good (microseconds)
with open as (
  select count(*) filter (where r.world = $1::smallint and r.platform = $2::smallint and r.username_key = $3) as of_account,
         count(*) filter (where r.address_hash = $7::bytea) as of_address
  from creator_request r
  where r.state in ('pending', 'verified') and (r.state = 'verified' or r.created_at > now() - interval '30 days')
    and ((r.world = $1::smallint and r.platform = $2::smallint and r.username_key = $3) or r.address_hash = $7::bytea)
), made as (
  insert into creator_request (world, platform, username_key, kind, code, token_hash, address_hash, message, contact, created_at)
  select $1::smallint, $2::smallint, $3, $4, $5, $6::bytea, $7::bytea, $8, $9, now()
  from open
  where of_account < $10::integer and of_address < $10::integer
  returning request_id
)
select m.request_id, o.of_account, o.of_address, (extract(epoch from now() + interval '30 days') * 1000000)::bigint
from open o left join made m on true
