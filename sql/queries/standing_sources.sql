-- api_standing: api/standing.c. Where the numbers of account $2 of creator $1 come from
select what, source, count(*) as rows, max(day)::text as newest
from (
  select 1 as place, 'profile' as what, source, observed_at::date as day
  from account where creator_id = $1::bigint and account_id = $2::bigint
  union all
  select 2, 'posts', source, observed_at::date from post where creator_id = $1::bigint and account_id = $2::bigint
  union all
  select 3, 'follower_history', source, day from follower_snapshot where creator_id = $1::bigint and account_id = $2::bigint
  union all
  select 4, 'audience', source, observed_at::date from audience_share
  where creator_id = $1::bigint and account_id = $2::bigint
  union all
  select 5, 'audience_sample', classifier, observed_at::date from audience_sample
  where creator_id = $1::bigint and account_id = $2::bigint
  union all
  select 6, 'price', source, valid_from from price
  where creator_id = $1::bigint and account_id = $2::bigint and workspace_id is null
  union all
  select 7, 'collaborations', source, started_on from collaboration
  where creator_id = $1::bigint and coalesce(account_id, $2::bigint) = $2::bigint and workspace_id is null
) e
group by place, what, source
order by place, source
