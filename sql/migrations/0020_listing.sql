-- What a list shows of an account stands in its row of account_score and in the index of ranked rows, so that a page of /match
-- reads a range of one index and a row an account: 600 us of PostgreSQL a page with five joins and a count beside it, 120 with one (all of it in the
-- ranked row: 70, for 4 KB more an account).

alter table account_score
  add column name text,
  add column bio text,
  add column picture_url text,
  add column platform text,
  add column username text,
  add column url text,
  add column observed_at timestamptz,
  add column signal_unusual integer not null default 0;
comment on column account_score.name is 'Name as shown: the creator''s, else the account''s';
comment on column account_score.bio is 'Bio as shown, its first 8,192 characters';
comment on column account_score.picture_url is 'Picture as shown';
comment on column account_score.platform is 'Slug of the platform';
comment on column account_score.username is 'Name on the platform';
comment on column account_score.url is 'Address of the profile; in the sandbox one that cannot exist';
comment on column account_score.observed_at is 'When the profile was last seen';
comment on column account_score.signal_unusual is 'Bit i: signal i was measured and is unusual (phi at most -0.5)';

alter table niche_match
  add column posts smallint,
  add column profile double precision;
comment on column niche_match.posts is 'creator_niche.posts; null without direct evidence, of a compound, and until the account was scored by this schema';
comment on column niche_match.profile is 'creator_niche.profile; null as posts';

update account_score s set
  name = coalesce(c.display_name, a.name), bio = left(a.bio, 8192), picture_url = a.picture_url, platform = p.slug,
  username = a.username, url = profile_url(a.world, p.slug, p.profile_url, a.username), observed_at = a.observed_at,
  signal_unusual = (select coalesce(sum(1 << (u.i - 1)::integer), 0)
                    from unnest(s.signal_phi) with ordinality u (phi, i)
                    where u.phi <= -0.5 and s.signal_measured >> (u.i - 1)::integer & 1 = 1)
from account a
join creator c using (creator_id)
join platform p using (platform)
where a.creator_id = s.creator_id and a.account_id = s.account_id;

-- Ranked rows are filled as their accounts are scored anew: in place it took more than 15 minutes for 17 million. Until then a
-- list does not say how many posts are about the niche.
insert into account_dirty (creator_id, account_id)
select creator_id, account_id from account
on conflict (creator_id, account_id) do nothing;

drop index niche_match_rank;
create index niche_match_rank on niche_match
  (world, niche_id, related, score desc, conf desc, account_id desc)
  include (creator_id, followers, price_usd, l_rel, l_eng, l_auth, l_aff, l_loy, l_fresh,
           engagement_rate, posts_per_week, sponsored_share, last_post_day, platform,
           price_known, has_contact, verified, siblings, country, language, kind, posts, profile, cpe_usual_usd);
