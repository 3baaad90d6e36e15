-- decide: cli/cmd_request.c. Request $1 becomes $2 (granted, refused) with answer $3
update creator_request
set state = $2, answer = $3, handled_at = now(), address_hash = null
where request_id = $1::bigint and state in ('pending', 'verified')
