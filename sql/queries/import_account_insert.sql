-- write_accounts (src/ingest/merge.c)
with written as (
  insert into account (creator_id, account_id, world, platform, platform_account_id, username, name, bio, bio_link,
    picture_url, category, country, city, language, verified, has_contact, followers, following, posts_total,
    likes_total, views_total, account_created_at, source, observed_at)
  select creator_id, account_id, $1::smallint, platform, platform_account_id, username, name, bio, bio_link,
    picture_url, category, country, city, language, verified,
    coalesce(has_contact, false) or bio_link is not null or coalesce(bio like '%@%' and bio ~ '[^\s@]+@[^\s@]+\.[[:alpha:]]{2,}', false),
    followers, following, posts_total, likes_total, views_total, account_created_at, $2, observed_at
  from import_account
  where is_new
  order by creator_id
  returning creator_id, account_id
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key)
  select w.creator_id, $3::bigint, 'account', jsonb_build_object('account_id', w.account_id)
  from written w
  where $3::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
), dirty as (
  insert into account_dirty as d (creator_id, account_id)
  select creator_id, account_id from written
  on conflict (creator_id, account_id) do update set tries = 0, error = null where d.tries <> 0
)
select count(*) from written;
