-- list: cli/cmd_request.c. Requests, those to be decided first; $1 one id or null, $2 a state or null
select r.request_id, r.state, r.kind, w.slug, p.slug, coalesce(r.username_key, ''), to_char(r.created_at, 'YYYY-MM-DD'),
       coalesce(r.contact, ''), coalesce(r.message, ''), coalesce(r.answer, ''), r.code, r.world, r.platform
from creator_request r
join world w using (world)
join platform p using (platform)
where ($1::bigint is null or r.request_id = $1::bigint) and ($2::text is null or r.state = $2)
order by array_position(array['verified', 'pending', 'granted', 'refused'], r.state), r.request_id
