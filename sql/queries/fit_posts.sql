-- fit_run: score/fit_read.c. The numbers of the newest 64 posts of the accounts ($1, $2); i tells the account
select b.i, p.post_key,
       (date_part('epoch', p.posted_at) * 1e6::float8)::bigint as posted_us,
       (date_part('epoch', p.observed_at) * 1e6::float8)::bigint as observed_us,
       p.giveaway, p.followers_at, p.likes, p.comments, p.shares, p.views
from unnest($1::bigint[], $2::bigint[]) with ordinality b(creator_id, account_id, i)
cross join lateral (
  select *
  from post
  where post.creator_id = b.creator_id and post.account_id = b.account_id
  order by post.posted_at desc, post.post_key desc
  limit 64
) p
