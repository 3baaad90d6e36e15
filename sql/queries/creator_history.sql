-- api_creator: api/creators.c. $1 creator: of each account the newest 400 days
select a.account_id, to_char(f.day, 'YYYY-MM-DD') as day, f.followers, f.source
from account a
cross join lateral (
  select s.day, s.followers, s.source
  from follower_snapshot s
  where s.creator_id = a.creator_id and s.account_id = a.account_id
  order by s.day desc
  limit 400
) f
where a.creator_id = $1::bigint
order by a.account_id, f.day desc
