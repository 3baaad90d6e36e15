-- What filters compare are keys of the index of lists: a row that fails one is left out where its entry is read, before the
-- visibility map is asked for its page (one page of the map each 256 MB: in a list that skips most of a niche it was another one
-- at nearly every row). The order is as before: account_id is unique within what comes before it.
create index niche_match_list on niche_match
  (world, niche_id, related, score desc, conf desc, account_id desc,
   platform, followers, price_usd, engagement_rate, posts_per_week, sponsored_share, last_post_day, country, language, has_contact, verified)
  include (creator_id, l_rel, l_eng, l_auth, l_aff, l_loy, l_fresh, price_known, siblings, kind, posts, profile, cpe_usual_usd);
drop index niche_match_rank;
alter index niche_match_list rename to niche_match_rank;
