-- scorer_recount: score/scorer.c. How many creators niches list whose rows changed since they were counted: those that have
-- waited for most changes first, about $1 rows at a time
with chosen as (
  select s.world, s.niche_id
  from (
    select v.world, v.niche_id,
           sum(v.creators) over (order by v.version - v.counted desc, v.world, v.niche_id) - v.creators as before
    from niche_version v
    where v.counted <> v.version
  ) s
  where s.before < $1::bigint
), stale as (
  select v.world, v.niche_id, v.version
  from niche_version v
  where (v.world, v.niche_id) in (select c.world, c.niche_id from chosen c)
  order by v.world, v.niche_id
  for update skip locked
)
update niche_version v
set counted = s.version,
    creators = (select count(*) filter (where not m.siblings) + count(distinct m.creator_id) filter (where m.siblings)
                from niche_match m
                where m.world = v.world and m.niche_id = v.niche_id and m.related = false)
from stale s
where v.world = s.world and v.niche_id = s.niche_id
