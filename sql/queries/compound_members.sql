-- scorer_step: score/keep.c. Who is listed in every one of the niches $2 of the world $1; $3 how many niches
select m.creator_id, m.account_id
from niche_match m
where m.world = $1::smallint and m.niche_id = any($2::integer[]) and m.related = false
group by m.creator_id, m.account_id
having count(*) = $3::integer
