-- match_picks_show: api/match_pick.c. $1 creators, $2 accounts and $3 the niches whose components are shown, in order
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
from unnest($1::bigint[], $2::bigint[], $3::integer[]) with ordinality as t (creator_id, account_id, niche_id, place)
join niche_match m using (creator_id, account_id, niche_id)
join account a using (creator_id, account_id)
join creator c using (creator_id)
join platform p on p.platform = a.platform
join account_score s using (creator_id, account_id)
left join creator_niche n on n.creator_id = m.creator_id and n.account_id = m.account_id and n.niche_id = m.niche_id
order by t.place
