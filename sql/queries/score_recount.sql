-- scorer_recount: score/scorer.c. How many creators niches list whose rows changed since they were counted: those that have
-- waited for most changes first, about $1 rows at a time. Counted before anything is locked, since who scores waits for that lock;
-- what changed meanwhile has another version, and is counted again
with chosen as materialized (
  select s.world, s.niche_id, s.version
  from (
    select v.world, v.niche_id, v.version,
           sum(v.creators) over (order by v.version - v.counted desc, v.world, v.niche_id) - v.creators as before
    from niche_version v
    where v.counted <> v.version
  ) s
  where s.before < $1::bigint
), counted as materialized (
  select c.*, (select count(*) filter (where not m.siblings) + count(distinct m.creator_id) filter (where m.siblings)
               from niche_match m
               where m.world = c.world and m.niche_id = c.niche_id and m.related = false) as creators
  from chosen c
), locked as (
  select c.*
  from niche_version v
  join counted c on c.world = v.world and c.niche_id = v.niche_id
  order by c.world, c.niche_id
  for update of v skip locked
)
update niche_version v
set counted = c.version, creators = c.creators
from locked c
where v.world = c.world and v.niche_id = c.niche_id
