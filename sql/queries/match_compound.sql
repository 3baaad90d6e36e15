-- match_compound_ask: api/match_compound.c. Who is listed in every part of a compound, those first whose weakest part is
-- best. $1 world, $2 niches ascending, $3 how many, $4 candidates at most
select m.creator_id, m.account_id
from niche_match m
where m.world = $1::smallint and m.niche_id = any($2::integer[]) and m.related = false/*filters*/
group by m.creator_id, m.account_id
having count(*) = $3::integer
order by min(m.score) desc, m.account_id desc
limit $4::integer
