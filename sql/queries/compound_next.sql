-- scorer_step: score/keep.c. The compound that has waited longest
select compound_id, world, parts
from niche_compound
where state = 'asked'
order by requested_at, compound_id
limit 1
