-- keeper_run: api/snapshot.c, scorer_step: score/keep.c. The compounds of which rows are kept
select compound_id, world, parts
from niche_compound
where state = 'kept'
order by compound_id
