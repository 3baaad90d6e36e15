-- scorer_step: score/scorer.c. How many creators each niche lists, where that may have changed
with stale as (
  select world, niche_id from niche_version where counted <> version for update skip locked
)
update niche_version v
set counted = v.version,
    creators = (select count(*) filter (where not m.siblings) + count(distinct m.creator_id) filter (where m.siblings)
                from niche_match m
                where m.world = v.world and m.niche_id = v.niche_id and m.related = false)
from stale s
where v.world = s.world and v.niche_id = s.niche_id
