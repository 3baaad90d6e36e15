-- scorer_step: score/read.c. The newest 200 follower counts of the accounts ($1, $2), oldest first, days since 1970
select b.i, s.days, s.followers
from unnest($1::bigint[], $2::bigint[]) with ordinality b(creator_id, account_id, i)
cross join lateral (
  select array_agg(n.day - date '1970-01-01' order by n.day) as days, array_agg(n.followers order by n.day) as followers
  from (
    select f.day, f.followers
    from follower_snapshot f
    where f.creator_id = b.creator_id and f.account_id = b.account_id
    order by f.day desc
    limit 200
  ) n
) s
where s.days is not null
