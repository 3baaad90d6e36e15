-- api_creator: api/creators.c. $1 creator
select account_id, to_char(day, 'YYYY-MM-DD') as day, followers, source
from follower_snapshot
where creator_id = $1::bigint
order by account_id, day desc
limit 400
