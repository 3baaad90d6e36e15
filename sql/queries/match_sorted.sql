-- match_sort_ask: api/match_sort.c. The first rows of a niche by another key than the score, largest first, unknown last.
-- "($3 < 0)": see match.sql.
-- $1 world, $2 niche, $3 rows, $4 $5 $6 $7 the last row of the page before (key, score, conf, account)
select p.creator_id, p.account_id, p.score, p.conf, p.key, p.l_rel, p.l_eng, p.l_auth, p.l_aff, p.l_loy, p.l_fresh
from (
  select m.creator_id, m.account_id, m.score, m.conf, m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh,
         m.siblings, coalesce(/*key*/, '-infinity') as key
  from niche_match m
  where m.world = $1::smallint and m.niche_id = $2::integer and m.related = ($3::integer < 0)/*filters*/
  offset 0
) p
where (p.key, p.score, p.conf, p.account_id) < ($4::float8, $5::integer, $6::integer, $7::bigint)
  and (not p.siblings or not exists (
    select 1
    from niche_match m
    where m.creator_id = p.creator_id and m.niche_id = $2::integer and m.related = false
      and (coalesce(/*key*/, '-infinity'), m.score, m.conf, m.account_id) > (p.key, p.score, p.conf, p.account_id)/*filters*/
  ))
order by p.key desc, p.score desc, p.conf desc, p.account_id desc
limit $3::integer
