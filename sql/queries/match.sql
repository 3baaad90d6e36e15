-- api_match: api/match.c. $1 world, $2 niche, $3 rows, $4 $5 $6 the last row of the page before (score, conf, account), $7 the
-- caller's workspace or null. Of several accounts of a creator that pass the filters the best is listed, here and in all lists.
-- The order is inside, so that the index is chosen for it, whatever it would cost to look for the other accounts of each row;
-- all that is read of niche_match is in that index. "($3 < 0)" is false in words that do not prove what niche_match_size is
-- limited to: by bounds on followers it looked better, and read each row of the niche (1,693 pages instead of 9, and sorted)
select r.creator_id, r.account_id, r.score, r.conf, r.kind, r.has_contact, r.country, r.language,
       case when r.siblings then also_on(r.creator_id, r.account_id) end as also_on, r.followers,
       r.posts as niche_posts, r.profile, r.cpe_usual_usd, s.card,
       coalesce((select v.version from niche_version v where v.world = $1::smallint and v.niche_id = $2::integer), 0)
       + coalesce((select w.version from workspace w where w.workspace_id = $7::integer), 0) as version
from (
  select m.creator_id, m.account_id, m.score, m.conf, m.kind, m.has_contact, m.country, m.language, m.siblings, m.followers,
         m.posts, m.profile, m.cpe_usual_usd
  from niche_match m
  where m.world = $1::smallint and m.niche_id = $2::integer and m.related = ($3::integer < 0)
    and (m.score, m.conf, m.account_id) < ($4::integer, $5::integer, $6::bigint)/*filters*/
  order by m.score desc, m.conf desc, m.account_id desc
  offset 0
) r
cross join lateral (
  select c.card from account_score c where c.creator_id = r.creator_id and c.account_id = r.account_id offset 0
) s
where not r.siblings or not exists (
  select 1
  from niche_match m
  where m.creator_id = r.creator_id and m.niche_id = $2::integer and m.related = false
    and (m.score, m.conf, m.account_id) > (r.score, r.conf, r.account_id)/*filters*/
)
limit $3::integer
