-- expire (src/ingest/pull_refresh.c): posts and history of source $2 seen before $3, of accounts that themselves were seen
-- since; how many rows
with kept as not materialized (
  select creator_id, account_id from account
  where world = 0 and platform = $1::smallint and not (source = $2 and observed_at < $3::timestamptz)
), posts as (
  delete from post p using kept k
  where p.creator_id = k.creator_id and p.account_id = k.account_id and p.source = $2 and p.observed_at < $3::timestamptz
  returning p.creator_id, p.account_id
), metrics as (
  delete from post_metric p using kept k
  where p.creator_id = k.creator_id and p.account_id = k.account_id and p.source = $2 and p.observed_at < $3::timestamptz
  returning p.creator_id, p.account_id
), snapshots as (
  delete from follower_snapshot p using kept k
  where p.creator_id = k.creator_id and p.account_id = k.account_id and p.source = $2
    and p.day < ($3::timestamptz at time zone 'UTC')::date
  returning p.creator_id, p.account_id
), gone as (
  select * from posts union all select * from metrics union all select * from snapshots
), dirty as (
  insert into account_dirty as d (creator_id, account_id)
  select distinct creator_id, account_id from gone
  on conflict (creator_id, account_id) do update set tries = 0, error = null where d.tries <> 0
)
select count(*) from gone;
