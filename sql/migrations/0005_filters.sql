-- What the filters of /match look at. Cheap and used often: beside the ranked row, inside the index that lists are read from.
-- The rest is found by account. Everything is null until the scorer, for which all accounts are marked, has been by.

alter table niche_match
  add column engagement_rate real,
  add column posts_per_week real,
  add column sponsored_share real,
  add column last_post_day integer,
  add column price_known boolean,
  add column has_contact boolean,
  add column verified boolean;
comment on column niche_match.engagement_rate is 'Typical engagement rate; null if nothing was measured';
comment on column niche_match.posts_per_week is 'Posts a week; null with fewer than 2 posts';
comment on column niche_match.sponsored_share is 'Share of paid posts in the 90 days before the newest; null with fewer than 3 of which it is known';
comment on column niche_match.last_post_day is 'Day of the newest post, days since 1970, UTC; null without posts';
comment on column niche_match.price_known is 'price_usd was asked for, not estimated from the size';
comment on column niche_match.has_contact is 'A way to reach the creator is in the profile';
comment on column niche_match.verified is 'Verified by the platform; null if unknown';

drop index niche_match_rank;
create index niche_match_rank on niche_match
  (world, niche_id, related, score desc, conf desc, account_id desc)
  include (creator_id, followers, price_usd, l_rel, l_eng, l_auth, l_aff, l_loy, l_fresh,
           engagement_rate, posts_per_week, sponsored_share, last_post_day, platform,
           price_known, has_contact, verified, country, language);

alter table account_score
  add column profile_hash bigint,
  add column words text,
  add column city_key text;
comment on column account_score.profile_hash is 'Hash of the profile as answers show it: a change raises the versions of the account''s niches';
comment on column account_score.words is 'Name and bio folded, a blank around each word; null if neither is known';
comment on column account_score.city_key is 'City up to a comma, folded to letters and digits';

drop index collaboration_brand;
create index collaboration_brand on collaboration (brand_id, started_on) include (creator_id, ended_on, workspace_id);
create index post_brand on post (brand_id, posted_at) include (creator_id) where brand_id is not null;

create function brand_partners(names text[], from_day integer, to_day integer) returns setof bigint
language sql stable as $$
  with named as materialized (
    select b.brand_id from brand b
    where b.brand_key in (select regexp_replace(normalize(lower(n), NFKD), '[^[:alnum:]]+', '', 'g') from unnest(names) n)
  )
  select p.creator_id
  from named join post p using (brand_id)
  where p.posted_at >= (date '1970-01-01' + from_day)::timestamp at time zone 'UTC'
    and p.posted_at < (date '1970-01-01' + to_day + 1)::timestamp at time zone 'UTC'
  union all
  select c.creator_id
  from named join collaboration c using (brand_id)
  where c.workspace_id is null and c.started_on <= date '1970-01-01' + to_day
    and (c.ended_on is null or c.ended_on >= date '1970-01-01' + from_day)
$$;
comment on function brand_partners(text[], integer, integer) is 'Creators with posts for one of the brands, or public collaborations that ran, between two days (since 1970, both included)';

insert into account_dirty (creator_id, account_id)
select creator_id, account_id from account
on conflict (creator_id, account_id) do nothing;
