-- api_creator_missing: api/creators.c. Where creator $1 is now, if their account was linked to another creator
select m.moved_to
from creator_moved m
join creator c on c.creator_id = m.moved_to
where m.creator_id = $1::bigint and not c.opted_out
