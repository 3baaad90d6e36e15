-- scorer_step: score/write.c. niche_match as the batch says; rows that are the same stay as they are. What a
-- change of score, other than by freshness, takes the place of goes to score_history. $1 as in score_put_niches, $2 clocks of the worlds
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
  returning o.world, o.creator_id, o.account_id, o.niche_id, o.related, o.score, o.followers, o.l_rel, o.l_aff
), differs as materialized (
  select n.*, o.at, o.old_score, o.old_related, o.old_followers, o.old_rel, o.old_aff
  from (select * from score_match limit $1::bigint) n
  left join lateral (
    select c.ctid as at, row (c.*) is distinct from row (n.*) as differs,
           case when (c.related, c.l_rel, c.l_eng, c.l_auth, c.l_aff, c.l_loy)
             is distinct from (n.related, n.l_rel, n.l_eng, n.l_auth, n.l_aff, n.l_loy) then c.score end as old_score,
           c.related as old_related, c.followers as old_followers, c.l_rel as old_rel, c.l_aff as old_aff
    from niche_match c
    where c.creator_id = n.creator_id and c.account_id = n.account_id and c.niche_id = n.niche_id
    offset 0
  ) o on true
  where o.at is null or o.differs
), changed as (
  update niche_match o set
    (world, related, kind, score, conf, sd, followers, platform, country, language, price_usd, l_rel, l_eng, l_auth,
     l_aff, l_loy, l_fresh, focus, cpe_usual_usd, rel_sd, rel_prior_sd, engagement_rate, posts_per_week, sponsored_share,
     last_post_day, price_known, has_contact, verified, siblings, posts, profile) =
    (d.world, d.related, d.kind, d.score, d.conf, d.sd, d.followers, d.platform, d.country, d.language, d.price_usd,
     d.l_rel, d.l_eng, d.l_auth, d.l_aff, d.l_loy, d.l_fresh, d.focus, d.cpe_usual_usd, d.rel_sd,
     d.rel_prior_sd, d.engagement_rate, d.posts_per_week, d.sponsored_share, d.last_post_day, d.price_known,
     d.has_contact, d.verified, d.siblings, d.posts, d.profile)
  from differs d
  where o.ctid = d.at
  returning o.world, o.niche_id, o.account_id
), added as (
  insert into niche_match
    (creator_id, account_id, niche_id, world, related, kind, score, conf, sd, followers, platform, country, language,
     price_usd, l_rel, l_eng, l_auth, l_aff, l_loy, l_fresh, focus, cpe_usual_usd, rel_sd, rel_prior_sd,
     engagement_rate, posts_per_week, sponsored_share, last_post_day, price_known, has_contact, verified, siblings,
     posts, profile)
  select creator_id, account_id, niche_id, world, related, kind, score, conf, sd, followers, platform, country,
         language, price_usd, l_rel, l_eng, l_auth, l_aff, l_loy, l_fresh, focus, cpe_usual_usd, rel_sd, rel_prior_sd,
         engagement_rate, posts_per_week, sponsored_share, last_post_day, price_known, has_contact, verified, siblings,
         posts, profile
  from differs
  where at is null
  returning world, niche_id, account_id
), past as (
  select m.*, row_number() over (partition by m.creator_id, m.account_id order by m.score desc, m.niche_id) as place
  from (
    select d.world, d.creator_id, d.account_id, d.niche_id, d.old_related as related, d.old_score as score,
           d.old_followers as followers, d.old_rel as l_rel, d.old_aff as l_aff
    from differs d
    where d.old_score is not null
    union all
    select * from gone
  ) m
  where m.niche_id < 1000000
), lists as (
  select world, creator_id, account_id, min(followers) as followers, array_agg(niche_id order by place) as niche_ids,
         array_agg(related order by place) as related, array_agg(score order by place) as scores,
         array_agg(l_rel::real order by place) as l_rel, array_agg(l_aff::real order by place) as l_aff
  from past
  where place <= 12
  group by world, creator_id, account_id
), told as (
  insert into score_history
    (creator_id, account_id, nth, replaced_at, model_version, posts, followers, engagement_rate, price_usd, price_known,
     last_post_day, l_eng, l_auth, l_loy, l_fresh, niche_ids, related, scores, l_rel, l_aff)
  select p.creator_id, p.account_id, h.nth + 1, timestamptz 'epoch' + ($2::bigint[])[p.world + 1] * interval '1 microsecond',
         s.model_version, s.posts, p.followers, s.engagement_rate, s.price_usd, s.price_source <> 'prior',
         floor(extract(epoch from s.last_post_at) / 86400), ln(greatest(s.engagement, 0.02)), ln(greatest(s.authenticity, 0.02)),
         ln(greatest(s.loyalty, 0.02)), ln(greatest(s.freshness, 0.02)), p.niche_ids, p.related, p.scores, p.l_rel, p.l_aff
  from lists p
  cross join lateral (
    select * from account_score c where c.creator_id = p.creator_id and c.account_id = p.account_id offset 0
  ) s
  cross join lateral (
    select coalesce((select x.nth from score_history x where x.creator_id = p.creator_id and x.account_id = p.account_id
                     order by x.nth desc limit 1), 0) as nth
  ) h
  returning creator_id, account_id, nth
), forgotten as (
  delete from score_history h using told t
  where h.creator_id = t.creator_id and h.account_id = t.account_id and h.nth <= t.nth - 20
)
insert into score_touched (world, niche_id, account_id)
select world, niche_id, account_id from gone
union all
select world, niche_id, account_id from changed
union all
select world, niche_id, account_id from added
