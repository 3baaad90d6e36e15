-- scorer_step: score/read.c. Takes $5 dirty accounts behind ($1, $2), up to ($3, $4), locks them, and says what they are.
-- Going on behind the last one spares the scan of what earlier batches deleted.
select d.creator_id, d.account_id, a.world, a.platform, coalesce(c.opted_out, true) as opted_out, a.username, a.name,
       left(a.bio, 8192) as bio, a.category, a.country, a.city, a.language, a.followers, a.following, a.posts_total,
       a.likes_total, a.views_total, c.display_name, a.picture_url, a.has_contact, a.verified,
       (extract(epoch from a.observed_at) * 1000000)::bigint as observed_us,
       exists (select from account x where x.creator_id = d.creator_id and x.account_id <> d.account_id) as siblings,
       p.slug, profile_url(a.world, p.slug, p.profile_url, a.username) as url
from (
  select creator_id, account_id
  from account_dirty
  where tries < 3
    and (creator_id, account_id) > ($1::bigint, $2::bigint)
    and (creator_id, account_id) <= ($3::bigint, $4::bigint)
  order by creator_id, account_id
  limit $5::integer
  for update skip locked
) d
left join lateral (
  select * from account x where x.creator_id = d.creator_id and x.account_id = d.account_id offset 0
) a on true
left join lateral (select x.opted_out, x.display_name from creator x where x.creator_id = d.creator_id offset 0) c on true
left join platform p on p.platform = a.platform
