-- scorer_step: score/read.c. Public collaborations of the accounts ($1, $2) since two years before the day $3
select b.i, c.brand_id, c.started_on - date '1970-01-01' as day, c.labelled
from unnest($1::bigint[], $2::bigint[], $3::integer[]) with ordinality b(creator_id, account_id, today, i)
cross join lateral (
  select k.brand_id, k.started_on, k.labelled
  from collaboration k
  where k.creator_id = b.creator_id and (k.account_id is null or k.account_id = b.account_id)
    and k.workspace_id is null and k.started_on > date '1970-01-01' + b.today - 730
  order by k.started_on desc, k.collaboration_id desc
  limit 192
) c
