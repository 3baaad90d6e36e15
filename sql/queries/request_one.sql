-- api_request: api/requests.c. Request $1 by its token hash $2
select r.request_id, r.kind, w.slug as world, p.slug as platform, r.username_key as username,
       case when r.state = 'pending' and r.created_at <= now() - interval '30 days' then 'lapsed' else r.state end as state,
       r.code, (extract(epoch from r.created_at) * 1000000)::bigint as created_us,
       (extract(epoch from r.created_at + interval '30 days') * 1000000)::bigint as until_us,
       (extract(epoch from r.verified_at) * 1000000)::bigint as verified_us,
       (extract(epoch from r.handled_at) * 1000000)::bigint as handled_us, r.answer
from creator_request r
join world w using (world)
join platform p using (platform)
where r.request_id = $1::bigint and r.token_hash = $2::bytea
