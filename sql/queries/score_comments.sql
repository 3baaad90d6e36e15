-- scorer_step: score/read.c. Comment counts under the newest 64 posts of the accounts ($1, $2) that have any
select b.i, s.post_key, s.n, s.distinct_texts, s.distinct_authors, s.recurring_authors, s.creator_replies
from (
  select *
  from unnest($1::bigint[], $2::bigint[]) with ordinality u(creator_id, account_id, i)
  where (select true from comment_stat c where c.creator_id = u.creator_id and c.account_id = u.account_id limit 1)
  offset 0
) b
cross join lateral (
  select post.post_key
  from post
  where post.creator_id = b.creator_id and post.account_id = b.account_id
  order by post.posted_at desc, post.post_key desc
  limit 64
) p
cross join lateral (
  select *
  from comment_stat x
  where x.creator_id = b.creator_id and x.account_id = b.account_id and x.post_key = p.post_key
  offset 0
) s
