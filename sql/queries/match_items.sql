-- match_picks_show: api/match_pick.c. $1 creators, $2 accounts and $3 the niches whose rows are shown, in order
select r.creator_id, r.account_id, r.score, r.conf, r.kind, r.has_contact, r.country, r.language,
       case when r.siblings then also_on(r.creator_id, r.account_id) end as also_on, r.followers,
       r.posts as niche_posts, r.profile, r.cpe_usual_usd, s.card
from unnest($1::bigint[], $2::bigint[], $3::integer[]) with ordinality as t (creator_id, account_id, niche_id, place)
join niche_match r using (creator_id, account_id, niche_id)
join account_score s using (creator_id, account_id)
order by t.place
