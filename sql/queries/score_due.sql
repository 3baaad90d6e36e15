-- scorer_mark_due: score/scorer.c. Accounts of world $1 that time has changed by $2 (microseconds), at most $3; wakes the workers
with marked as (
  insert into account_dirty (creator_id, account_id)
  select s.creator_id, s.account_id
  from account_score s
  where s.world = $1::smallint and s.due_at is not null
    and s.due_at <= timestamptz 'epoch' + $2::bigint * interval '1 microsecond'
    and not exists (select from account_dirty d where d.creator_id = s.creator_id and d.account_id = s.account_id)
  order by s.due_at
  limit $3::integer
  on conflict (creator_id, account_id) do nothing
  returning creator_id
)
select count(*) as marked, case when count(*) > 0 then pg_notify('niched_dirty', 'due') end as told from marked
