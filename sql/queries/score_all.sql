-- scorer_mark_all: score/scorer.c. Marks up to 20,000 accounts behind ($1, $2); answers with how many and the last one
with part as materialized (
  select creator_id, account_id
  from account
  where (creator_id, account_id) > ($1::bigint, $2::bigint)
  order by creator_id, account_id
  limit 20000
), marked as (
  insert into account_dirty (creator_id, account_id)
  select creator_id, account_id from part
  on conflict (creator_id, account_id) do update set tries = 0, error = null
), last as (
  select creator_id, account_id from part order by creator_id desc, account_id desc limit 1
)
select (select count(*) from part), creator_id, account_id from last
