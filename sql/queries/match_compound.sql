-- match_compound_ask: api/match_compound.c. Who is listed in every part of a compound, those first whose weakest part is
-- best. $1 world, $2 niches ascending, $3 how many, $4 candidates at most. The filters stay outside: a bound on followers beside
-- the niche is taken for niche_match_size, which has no other column (8,731 pages read instead of 268)
select m.creator_id, m.account_id
from (
  select m.*
  from niche_match m
  where m.world = $1::smallint and m.niche_id = any($2::integer[]) and m.related = false
  offset 0
) m
where true/*filters*/
group by m.creator_id, m.account_id
having count(*) = $3::integer
order by min(m.score) desc, m.account_id desc
limit $4::integer
