-- find_accounts (src/ingest/merge.c): one row an account of the file, from its newest row
insert into import_account (line, platform, ident, observed_at, username_key, platform_account_id, username, name, bio,
  bio_link, picture_url, category, country, city, language, verified, has_contact, followers, following, posts_total,
  likes_total, views_total, account_created_at)
select s.line, s.platform, s.ident, s.observed_at, lower(s.username collate "C"), s.platform_account_id, s.username,
  s.name, s.bio, s.bio_link, s.picture_url, s.category, s.country, s.city, s.language, s.verified, s.has_contact,
  s.followers, s.following, s.posts_total, s.likes_total, s.views_total, s.account_created_at
from (
  select distinct on (platform, ident) line
  from import_stage
  order by platform, ident, observed_at desc, posted_at desc nulls last, line desc
) newest
join import_stage s using (line);
