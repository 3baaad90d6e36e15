-- match_picks_show: api/match_pick.c. $1 creators, $2 accounts and $3 the niches whose rows are shown, in order
select r.creator_id, r.account_id, r.score, r.conf, r.kind, s.name, s.bio, r.has_contact, s.picture_url, s.platform, s.username, s.url,
       r.country, r.language, case when r.siblings then also_on(r.creator_id, r.account_id) end as also_on, r.followers,
       s.engagement_rate, s.engagement_basis, s.engagement_usual, s.authenticity, s.price_usd, s.price_source,
       (date_part('epoch', s.last_post_at) * 1000000)::bigint as last_post_us,
       (date_part('epoch', s.observed_at) * 1000000)::bigint as observed_us,
       s.niche_ids, s.posts, r.posts as niche_posts, r.profile, r.cpe_usual_usd, s.engagement_typical,
       s.signal_measured, s.signal_unusual
from unnest($1::bigint[], $2::bigint[], $3::integer[]) with ordinality as t (creator_id, account_id, niche_id, place)
join niche_match r using (creator_id, account_id, niche_id)
join account_score s using (creator_id, account_id)
order by t.place
