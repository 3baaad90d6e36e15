-- scorer_step: score/write.c. account_score as the batch says; a change touches every niche the account is ranked in, and
-- those of the creator's other accounts, which name it. -- Runs after score_put_matches. $1 as in score_put_niches
with put as (
  insert into account_score (
    creator_id, account_id, world, model_version, due_at, posts, last_post_at, niche_ids, post_weights, bio_weight,
    engagement, engagement_basis, engagement_rate, engagement_usual, engagement_theta, engagement_sigma, engagement_n,
    engagement_shrink, engagement_post_sd, engagement_typical, engagement_tau, authenticity, audience_credibility,
    conversation, signal_phi, signal_measured, price_usd, price_source, loyalty, brands, brands_repeated, rival_brands,
    consistency, returning_audience, freshness, gap_days, posts_per_week, words, city_key, name, bio,
    picture_url, platform, username, url, observed_at, signal_unusual)
  select n.*
  from (select * from score_account limit $1::bigint) n
  left join lateral (
    select
      creator_id, account_id, world, model_version, due_at, posts, last_post_at, niche_ids, post_weights, bio_weight,
      engagement, engagement_basis, engagement_rate, engagement_usual, engagement_theta, engagement_sigma, engagement_n,
      engagement_shrink, engagement_post_sd, engagement_typical, engagement_tau, authenticity, audience_credibility,
      conversation, signal_phi, signal_measured, price_usd, price_source, loyalty, brands, brands_repeated, rival_brands,
      consistency, returning_audience, freshness, gap_days, posts_per_week, words, city_key, name, bio,
      picture_url, platform, username, url, observed_at, signal_unusual
    from account_score c where c.creator_id = n.creator_id and c.account_id = n.account_id offset 0
  ) o on true
  where o.account_id is null or row (o.*) is distinct from row (n.*)
  on conflict (creator_id, account_id) do update set
    (world, model_version, due_at, posts, last_post_at, niche_ids, post_weights, bio_weight, engagement,
     engagement_basis, engagement_rate, engagement_usual, engagement_theta, engagement_sigma, engagement_n,
     engagement_shrink, engagement_post_sd, engagement_typical, engagement_tau, authenticity, audience_credibility, conversation,
     signal_phi, signal_measured, price_usd, price_source, loyalty, brands, brands_repeated, rival_brands, consistency,
     returning_audience, freshness, gap_days, posts_per_week, words, city_key,
     name, bio, picture_url, platform, username, url, observed_at, signal_unusual) =
    (excluded.world, excluded.model_version, excluded.due_at, excluded.posts, excluded.last_post_at,
     excluded.niche_ids, excluded.post_weights, excluded.bio_weight, excluded.engagement, excluded.engagement_basis,
     excluded.engagement_rate, excluded.engagement_usual, excluded.engagement_theta, excluded.engagement_sigma,
     excluded.engagement_n, excluded.engagement_shrink, excluded.engagement_post_sd, excluded.engagement_typical,
     excluded.engagement_tau,
     excluded.authenticity, excluded.audience_credibility, excluded.conversation, excluded.signal_phi,
     excluded.signal_measured, excluded.price_usd, excluded.price_source, excluded.loyalty, excluded.brands,
     excluded.brands_repeated, excluded.rival_brands, excluded.consistency, excluded.returning_audience,
     excluded.freshness, excluded.gap_days, excluded.posts_per_week,
     excluded.words, excluded.city_key, excluded.name, excluded.bio, excluded.picture_url,
     excluded.platform, excluded.username, excluded.url, excluded.observed_at, excluded.signal_unusual)
  returning creator_id, account_id
)
insert into score_touched (world, niche_id, account_id)
select m.world, m.niche_id, m.account_id
from put p
cross join lateral (
  select * from niche_match c where c.creator_id = p.creator_id offset 0
) m
