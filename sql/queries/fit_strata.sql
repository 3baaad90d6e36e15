-- fit_run: score/fit_read.c. How many live accounts of $1 to $2 followers there are by platform, with posts and without.
-- People alone: opted-out creators and brands never enter a fit
select a.platform, p.has_posts, count(*)
from account a
join creator c on c.creator_id = a.creator_id
left join lateral (
  select true as has_posts from post where post.creator_id = a.creator_id and post.account_id = a.account_id limit 1
) h on true
cross join lateral (select coalesce(h.has_posts, false) as has_posts) p
where a.world = 0 and not c.opted_out and c.is_brand is not true and a.followers between $1::bigint and $2::bigint
group by a.platform, p.has_posts
