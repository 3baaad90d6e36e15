-- retain_step: ingest/retain.c. Of the next 500 live accounts behind creator $1, account $2: posts, their earlier counts and follower
-- counts of before $3, and comments of posts that go. The last of these accounts (null: there is none) and how many rows went
with chosen as materialized (
  select creator_id, account_id from account
  where world = 0 and (creator_id, account_id) > ($1::bigint, $2::bigint)
  order by creator_id, account_id
  limit 500
), posts as (
  delete from post p using chosen s
  where p.creator_id = s.creator_id and p.account_id = s.account_id and p.posted_at < $3::timestamptz
  returning p.creator_id, p.account_id, p.post_key
), metrics as (
  delete from post_metric m using chosen s
  where m.creator_id = s.creator_id and m.account_id = s.account_id
    and (m.observed_at < $3::timestamptz
         or exists (select from post p where p.creator_id = m.creator_id and p.account_id = m.account_id and p.post_key = m.post_key
                    and p.posted_at < $3::timestamptz))
  returning m.creator_id, m.account_id
), comments as (
  delete from comment_stat c using posts p
  where c.creator_id = p.creator_id and c.account_id = p.account_id and c.post_key = p.post_key
  returning c.creator_id, c.account_id
), snapshots as (
  delete from follower_snapshot f using chosen s
  where f.creator_id = s.creator_id and f.account_id = s.account_id and f.day < ($3::timestamptz at time zone 'UTC')::date
  returning f.creator_id, f.account_id
), gone as (
  select creator_id, account_id from posts union all select * from metrics union all select * from comments union all select * from snapshots
), dirty as (
  insert into account_dirty as d (creator_id, account_id)
  select distinct creator_id, account_id from gone
  on conflict (creator_id, account_id) do update set tries = 0, error = null where d.tries <> 0
)
select (select creator_id from chosen order by creator_id desc, account_id desc limit 1),
       (select account_id from chosen order by creator_id desc, account_id desc limit 1),
       (select count(*) from gone)
