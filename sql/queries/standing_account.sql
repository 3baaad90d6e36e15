-- api_standing: api/standing.c. The accounts of creator $1 with their row in the niche $2 (null: each account's strongest)
select a.creator_id, a.account_id, c.world, coalesce(c.display_name, a.name) as name, p.slug as platform, a.username,
       profile_url(a.world, p.slug, p.profile_url, a.username) as url, a.followers,
       s.niche_ids[1] as strongest_id, s.posts, s.engagement_basis, s.engagement_rate, s.engagement_usual,
       s.engagement_theta, s.engagement_sigma, s.engagement_tau, s.engagement_n, s.engagement_typical,
       s.signal_phi, s.signal_measured, s.price_usd, s.price_source, s.brands, s.consistency, s.posts_per_week,
       s.model_version,
       m.niche_id, m.kind, m.score, m.conf, m.sd, m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh, m.cpe_usual_usd,
       n.posts as niche_posts, n.profile
from account a
join creator c using (creator_id)
join platform p on p.platform = a.platform
left join account_score s using (creator_id, account_id)
left join niche_match m on m.creator_id = a.creator_id and m.account_id = a.account_id
  and m.niche_id = coalesce($2::integer, s.niche_ids[1])
left join creator_niche n on n.creator_id = m.creator_id and n.account_id = m.account_id and n.niche_id = m.niche_id
where a.creator_id = $1::bigint and not c.opted_out
order by m.score desc nulls last, a.followers desc nulls last, a.account_id
