-- api_creator: api/creators.c. $1 creator: where the numbers of each account are from
select account_id, what, source, count(*) as rows, max(day)::text as newest
from (
  select 1 as place, account_id, 'profile' as what, source, observed_at::date as day from account where creator_id = $1::bigint
  union all
  select 2, account_id, 'posts', source, observed_at::date from post where creator_id = $1::bigint
  union all
  select 3, account_id, 'follower_history', source, day from follower_snapshot where creator_id = $1::bigint
  union all
  select 4, account_id, 'audience', source, observed_at::date from audience_share where creator_id = $1::bigint
  union all
  select 5, account_id, 'audience_sample', classifier, observed_at::date from audience_sample where creator_id = $1::bigint
  union all
  select 6, account_id, 'price', source, valid_from from price where creator_id = $1::bigint and workspace_id is null
  union all
  select 7, a.account_id, 'collaborations', c.source, c.started_on
  from collaboration c
  join account a on a.creator_id = c.creator_id and a.account_id = coalesce(c.account_id, a.account_id)
  where c.creator_id = $1::bigint and c.workspace_id is null
) e
group by account_id, place, what, source
order by account_id, place, source
