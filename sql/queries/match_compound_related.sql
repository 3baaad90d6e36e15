-- match_compound_ask: api/match_compound.c. Who is listed in some part of a compound and with no account in every one, those
-- first whose best part is best. Parameters as of match_compound
select b.creator_id, b.account_id
from (
  select m.creator_id, m.account_id, max(m.score) as score, bool_or(m.siblings) as siblings
  from niche_match m
  where m.world = $1::smallint and m.niche_id = any($2::integer[]) and m.related = false
    and (select count(*) from niche_match x
         where x.creator_id = m.creator_id and x.account_id = m.account_id and x.niche_id = any($2::integer[])
           and x.related = false) < $3::integer/*filters*/
  group by m.creator_id, m.account_id
) b
where not b.siblings or not exists (
  select 1
  from niche_match m
  where m.creator_id = b.creator_id and m.account_id <> b.account_id and m.niche_id = any($2::integer[]) and m.related = false
    and (select count(*) from niche_match x
         where x.creator_id = m.creator_id and x.account_id = m.account_id and x.niche_id = any($2::integer[])
           and x.related = false) = $3::integer/*filters*/
)
order by b.score desc, b.account_id desc
limit $4::integer
