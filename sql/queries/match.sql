-- api_match: api/match.c. $1 world, $2 niche, $3 rows, $4 $5 $6 the last row of the page before (score, conf, account).
-- Of several accounts of a creator that pass the filters the best is listed, here and in all lists.
-- The order is inside, so that the index is chosen for it, whatever it would cost to look for the other accounts of each row
with top as materialized (
  select b.creator_id, b.account_id
  from (
    select m.creator_id, m.account_id, m.score, m.conf, m.siblings
    from niche_match m
    where m.world = $1::smallint and m.niche_id = $2::integer and m.related = false
      and (m.score, m.conf, m.account_id) < ($4::integer, $5::integer, $6::bigint)/*filters*/
    order by m.score desc, m.conf desc, m.account_id desc
    offset 0
  ) b
  where not b.siblings or not exists (
    select 1
    from niche_match m
    where m.creator_id = b.creator_id and m.niche_id = $2::integer and m.related = false
      and (m.score, m.conf, m.account_id) > (b.score, b.conf, b.account_id)/*filters*/
  )
  limit $3::integer
)
select a.creator_id, a.account_id, m.score, m.conf, m.sd, m.kind,
       coalesce(c.display_name, a.name) as name, a.bio, a.has_contact, a.picture_url, p.slug as platform, a.username,
       profile_url(a.world, p.slug, p.profile_url, a.username) as url, a.country, a.language,
       case when m.siblings then also_on(a.creator_id, a.account_id) end as also_on, a.followers, s.engagement_rate, s.engagement_basis, s.engagement_usual,
       s.authenticity, s.price_usd, s.price_source,
       (extract(epoch from s.last_post_at) * 1000000)::bigint as last_post_us,
       (extract(epoch from a.observed_at) * 1000000)::bigint as observed_us,
       s.niche_ids, s.posts, n.posts as niche_posts, n.words, n.profile, n.k, n.n, m.focus,
       m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh, m.cpe_usual_usd,
       s.engagement, s.engagement_theta, s.engagement_sigma, s.engagement_n, s.engagement_shrink, s.engagement_typical,
       s.audience_credibility, s.conversation, s.signal_phi, s.signal_measured,
       s.loyalty, s.brands, s.brands_repeated, s.freshness, s.gap_days, s.posts_per_week
from top t
join niche_match m using (creator_id, account_id)
join account a using (creator_id, account_id)
join creator c using (creator_id)
join platform p on p.platform = a.platform
join account_score s using (creator_id, account_id)
left join creator_niche n on n.creator_id = m.creator_id and n.account_id = m.account_id and n.niche_id = m.niche_id
where m.niche_id = $2::integer
order by m.score desc, m.conf desc, m.account_id desc
