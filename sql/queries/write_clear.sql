-- clear_fields: api/writes.c. Takes the fields $3 of account $2 of creator $1 away; source $4, observed $5 where that changes it.
-- A contact that the profile shows goes with what shows it
with cleared as (
  select a.creator_id, a.account_id, a.has_contact as had_contact,
    a.bio_link is not null or coalesce(a.bio ~ '[^\s@]+@[^\s@]+\.[[:alpha:]]{2,}', false) as shown,
    case when 'name' = any($3::text[]) then null else a.name end as name,
    case when 'bio' = any($3::text[]) then null else a.bio end as bio,
    case when 'bio_link' = any($3::text[]) then null else a.bio_link end as bio_link,
    case when 'picture_url' = any($3::text[]) then null else a.picture_url end as picture_url,
    case when 'category' = any($3::text[]) then null else a.category end as category,
    case when 'country' = any($3::text[]) then null else a.country end as country,
    case when 'city' = any($3::text[]) then null else a.city end as city,
    case when 'language' = any($3::text[]) then null else a.language end as language,
    case when 'verified' = any($3::text[]) then null else a.verified end as verified,
    case when 'followers' = any($3::text[]) then null else a.followers end as followers,
    case when 'following' = any($3::text[]) then null else a.following end as following,
    case when 'posts_total' = any($3::text[]) then null else a.posts_total end as posts_total,
    case when 'likes_total' = any($3::text[]) then null else a.likes_total end as likes_total,
    case when 'views_total' = any($3::text[]) then null else a.views_total end as views_total,
    case when 'account_created_at' = any($3::text[]) then null else a.account_created_at end as account_created_at
  from account a
  where a.creator_id = $1::bigint and a.account_id = $2::bigint
), wanted as (
  select c.*,
    c.bio_link is not null or coalesce(c.bio ~ '[^\s@]+@[^\s@]+\.[[:alpha:]]{2,}', false)
      or (c.had_contact and not c.shown and not 'has_contact' = any($3::text[])) as has_contact
  from cleared c
), written as (
  update account a set
    name = w.name, bio = w.bio, bio_link = w.bio_link, picture_url = w.picture_url, category = w.category,
    country = w.country, city = w.city, language = w.language, verified = w.verified, followers = w.followers,
    following = w.following, posts_total = w.posts_total, likes_total = w.likes_total, views_total = w.views_total,
    account_created_at = w.account_created_at, has_contact = w.has_contact, source = $4, observed_at = $5::timestamptz
  from wanted w
  where a.creator_id = w.creator_id and a.account_id = w.account_id
    and (a.name, a.bio, a.bio_link, a.picture_url, a.category, a.country, a.city, a.language, a.verified, a.followers,
      a.following, a.posts_total, a.likes_total, a.views_total, a.account_created_at, a.has_contact)
    is distinct from (w.name, w.bio, w.bio_link, w.picture_url, w.category, w.country, w.city, w.language, w.verified,
      w.followers, w.following, w.posts_total, w.likes_total, w.views_total, w.account_created_at, w.has_contact)
  returning a.creator_id, a.account_id
)
insert into account_dirty as d (creator_id, account_id)
select creator_id, account_id from written
on conflict (creator_id, account_id) do update set tries = 0, error = null where d.tries <> 0
