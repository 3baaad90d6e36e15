-- scorer_recount: score/scorer.c. How many creators niches list whose rows changed since they were counted: those that have
-- waited for most changes first, about $1 rows at a time. Counted before anything is locked, since who scores waits for that lock;
-- what changed meanwhile has another version, is counted again, and keeps its floors, which such a count may have passed over
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
  select c.*, r.creators, r.floors
  from chosen c
  cross join lateral (
    select count(*) filter (where not m.siblings) + count(distinct m.creator_id) filter (where m.siblings) as creators,
           case when count(*) > 0 and c.niche_id < 1000000 then
             array[min(m.l_rel), min(m.l_eng), min(m.l_auth), min(m.l_aff), min(m.l_loy), min(m.l_fresh)] end as floors
    from niche_match m
    where m.world = c.world and m.niche_id = c.niche_id and m.related = false
  ) r
), locked as (
  select c.*
  from niche_version v
  join counted c on c.world = v.world and c.niche_id = v.niche_id
  order by c.world, c.niche_id
  for update of v skip locked
)
update niche_version v
set counted = c.version, creators = c.creators,
    floors = case when v.version = c.version then c.floors else v.floors end,
    bounded = case when v.version = c.version and c.niche_id < 1000000 then c.version else v.bounded end
from locked c
where v.world = c.world and v.niche_id = c.niche_id
