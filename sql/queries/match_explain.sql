-- match_explain_ask: api/match_explain.c. What the scores of the accounts $2 of the creators $1 in the niches $3 were computed from
select t.place, m.sd, n.words, n.k, n.n, m.focus, m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh,
       s.engagement_theta, s.engagement_sigma, s.engagement_n, s.engagement_shrink,
       s.audience_credibility, s.conversation, s.signal_phi, s.brands, s.brands_repeated, s.gap_days,
       s.posts_per_week
from unnest($1::bigint[], $2::bigint[], $3::integer[]) with ordinality as t (creator_id, account_id, niche_id, place)
join niche_match m using (creator_id, account_id, niche_id)
join account_score s using (creator_id, account_id)
left join creator_niche n using (creator_id, account_id, niche_id)
