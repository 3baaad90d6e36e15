-- write_rows (src/ingest/merge.c): accounts that have posts in the store; only their rows are compared with it one by one
update import_account n set has_posts = true
from (
  select i.line
  from import_account i
  cross join lateral (
    select from post p where p.creator_id = i.creator_id and p.account_id = i.account_id limit 1
  ) known
  where not i.is_new
) x
where n.line = x.line;
