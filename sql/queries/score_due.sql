-- scorer_mark_due: score/scorer.c. Accounts of world $1 that time has changed by $2 (microseconds), at most 5,000
insert into account_dirty (creator_id, account_id)
select s.creator_id, s.account_id
from account_score s
where s.world = $1::smallint and s.due_at is not null
  and s.due_at <= timestamptz 'epoch' + $2::bigint * interval '1 microsecond'
  and not exists (select from account_dirty d where d.creator_id = s.creator_id and d.account_id = s.account_id)
order by s.due_at
limit 5000
on conflict (creator_id, account_id) do nothing
