-- write_accounts (src/ingest/merge.c): only by an observation that is not older; what the file does not have stays.
-- A contact known from elsewhere than the profile (an e-mail column) stays known.
with merged as (
  select a.creator_id, a.account_id,
    coalesce(n.platform_account_id, a.platform_account_id) as platform_account_id,
    coalesce(n.username, a.username) as username, coalesce(n.name, a.name) as name,
    coalesce(n.bio, a.bio) as bio, coalesce(n.bio_link, a.bio_link) as bio_link,
    coalesce(n.picture_url, a.picture_url) as picture_url, coalesce(n.category, a.category) as category,
    coalesce(n.country, a.country) as country, coalesce(n.city, a.city) as city,
    coalesce(n.language, a.language) as language, coalesce(n.verified, a.verified) as verified,
    coalesce(n.followers, a.followers) as followers, coalesce(n.following, a.following) as following,
    coalesce(n.posts_total, a.posts_total) as posts_total,
    coalesce(n.likes_total, a.likes_total) as likes_total,
    coalesce(n.views_total, a.views_total) as views_total,
    coalesce(n.account_created_at, a.account_created_at) as account_created_at,
    coalesce(n.bio_link, a.bio_link) is not null
      or coalesce(coalesce(n.bio, a.bio) ~ '[^\s@]+@[^\s@]+\.[[:alpha:]]{2,}', false)
      or coalesce(n.has_contact,
        a.has_contact and a.bio_link is null and not coalesce(a.bio ~ '[^\s@]+@[^\s@]+\.[[:alpha:]]{2,}', false)) as has_contact,
    case when facts.given > 0 then $1 else a.source end as source,
    case when facts.given > 0 then n.observed_at else a.observed_at end as observed_at
  from import_account n
  join account a on a.creator_id = n.creator_id and a.account_id = n.account_id
  cross join lateral (
    select num_nonnulls(n.name, n.bio, n.bio_link, n.picture_url, n.category, n.country, n.city, n.language,
      n.verified, n.has_contact, n.followers, n.following, n.posts_total, n.likes_total, n.views_total,
      n.account_created_at) as given
  ) facts
  where n.main and not n.is_new and n.observed_at >= a.observed_at
), written as (
  update account a set
    platform_account_id = m.platform_account_id, username = m.username, name = m.name, bio = m.bio,
    bio_link = m.bio_link, picture_url = m.picture_url, category = m.category, country = m.country,
    city = m.city, language = m.language, verified = m.verified, followers = m.followers,
    following = m.following, posts_total = m.posts_total, likes_total = m.likes_total,
    views_total = m.views_total, account_created_at = m.account_created_at, has_contact = m.has_contact,
    source = m.source, observed_at = m.observed_at
  from merged m
  where a.creator_id = m.creator_id and a.account_id = m.account_id
    and (
      a.platform_account_id, a.username, a.name, a.bio, a.bio_link, a.picture_url, a.category, a.country,
      a.city, a.language, a.verified, a.followers, a.following, a.posts_total, a.likes_total, a.views_total,
      a.account_created_at, a.has_contact, a.source, a.observed_at
    ) is distinct from (
      m.platform_account_id, m.username, m.name, m.bio, m.bio_link, m.picture_url, m.category, m.country,
      m.city, m.language, m.verified, m.followers, m.following, m.posts_total, m.likes_total, m.views_total,
      m.account_created_at, m.has_contact, m.source, m.observed_at
    )
  returning a.creator_id, a.account_id
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key, old, old_xid)
  select w.creator_id, $2::bigint, 'account', jsonb_build_object('account_id', w.account_id), to_jsonb(o), o.xmin::text::bigint
  from written w
  left join account o on o.creator_id = w.creator_id and o.account_id = w.account_id
  where $2::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
), dirty as (
  insert into account_dirty as d (creator_id, account_id)
  select creator_id, account_id from written
  on conflict (creator_id, account_id) do update set tries = 0, error = null where d.tries <> 0
)
select count(*) from written;
