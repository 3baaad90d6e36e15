-- fit_run: score/fit_read.c. The newest 200 follower counts of the accounts ($1, $2), days since 1970
select b.i, s.day - date '1970-01-01' as day, s.followers
from unnest($1::bigint[], $2::bigint[]) with ordinality b(creator_id, account_id, i)
cross join lateral (
  select f.day, f.followers
  from follower_snapshot f
  where f.creator_id = b.creator_id and f.account_id = b.account_id
  order by f.day desc
  limit 200
) s
order by b.i, s.day
