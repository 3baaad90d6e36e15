-- match_sure_ask: api/match_compound.c. Who is listed in every part of a compound, whatever the filters: first those of
-- match_compound, in its order. Parameters as there
select m.creator_id, m.account_id
from niche_match m
where m.world = $1::smallint and m.niche_id = any($2::integer[]) and m.related = false
group by m.creator_id, m.account_id
having count(*) = $3::integer
order by bool_and(coalesce(true/*filters*/, false)) desc, min(m.score) desc, m.account_id desc
limit $4::integer
