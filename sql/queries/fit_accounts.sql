-- fit_run: score/fit_read.c. Up to $5 of the accounts of fit_strata behind ($1, $2). $6 by platform id, without posts and
-- with: a mask that the hash of a sampled account has no bit of, so that the same accounts are taken each time
select a.creator_id, a.account_id, a.platform, a.followers, a.posts_total, a.likes_total, a.views_total, p.has_posts
from account a
join creator c on c.creator_id = a.creator_id
left join lateral (
  select true as has_posts from post where post.creator_id = a.creator_id and post.account_id = a.account_id limit 1
) h on true
cross join lateral (select coalesce(h.has_posts, false) as has_posts) p
where (a.creator_id, a.account_id) > ($1::bigint, $2::bigint)
  and a.world = 0 and not c.opted_out and c.is_brand is not true and a.followers between $3::bigint and $4::bigint
  and hashint8extended(a.account_id, 0) & ($6::bigint[])[1 + 2 * a.platform + p.has_posts::int] = 0
order by a.creator_id, a.account_id
limit $5::integer
