-- scorer_step: score/write.c. niche_match as the batch says; rows that are the same stay as they are. $1 as in
-- score_put_niches
with gone as (
  delete from niche_match o using (
    select b.world, x.at
    from score_batch b
    cross join lateral (
      select c.ctid as at
      from niche_match c
      where c.creator_id = b.creator_id and c.account_id = b.account_id and c.niche_id <> all (b.match_ids)
      offset 0
    ) x
  ) k
  where o.ctid = k.at
  returning o.world, o.niche_id, o.account_id
), differs as materialized (
  select n.*, o.at
  from (select * from score_match limit $1::bigint) n
  left join lateral (
    select c.ctid as at, row (c.*) is distinct from row (n.*) as differs
    from niche_match c
    where c.creator_id = n.creator_id and c.account_id = n.account_id and c.niche_id = n.niche_id
    offset 0
  ) o on true
  where o.at is null or o.differs
), changed as (
  update niche_match o set
    (world, related, kind, score, conf, sd, followers, platform, country, language, price_usd, l_rel, l_eng, l_auth,
     l_aff, l_loy, l_fresh, focus, cpe_usual_usd, rel_sd, rel_prior_sd, engagement_rate, posts_per_week, sponsored_share,
     last_post_day, price_known, has_contact, verified) =
    (d.world, d.related, d.kind, d.score, d.conf, d.sd, d.followers, d.platform, d.country, d.language, d.price_usd,
     d.l_rel, d.l_eng, d.l_auth, d.l_aff, d.l_loy, d.l_fresh, d.focus, d.cpe_usual_usd, d.rel_sd,
     d.rel_prior_sd, d.engagement_rate, d.posts_per_week, d.sponsored_share, d.last_post_day, d.price_known,
     d.has_contact, d.verified)
  from differs d
  where o.ctid = d.at
  returning o.world, o.niche_id, o.account_id
), added as (
  insert into niche_match
    (creator_id, account_id, niche_id, world, related, kind, score, conf, sd, followers, platform, country, language,
     price_usd, l_rel, l_eng, l_auth, l_aff, l_loy, l_fresh, focus, cpe_usual_usd, rel_sd, rel_prior_sd,
     engagement_rate, posts_per_week, sponsored_share, last_post_day, price_known, has_contact, verified)
  select creator_id, account_id, niche_id, world, related, kind, score, conf, sd, followers, platform, country,
         language, price_usd, l_rel, l_eng, l_auth, l_aff, l_loy, l_fresh, focus, cpe_usual_usd, rel_sd, rel_prior_sd,
         engagement_rate, posts_per_week, sponsored_share, last_post_day, price_known, has_contact, verified
  from differs
  where at is null
  returning world, niche_id, account_id
)
insert into score_touched (world, niche_id, account_id)
select world, niche_id, account_id from gone
union all
select world, niche_id, account_id from changed
union all
select world, niche_id, account_id from added
