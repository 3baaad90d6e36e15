-- scorer_step: score/keep.c. The compounds beyond the first $1, least recently used last, in the order in which they go
select compound_id, world
from niche_compound
where state = 'kept'
order by last_used_at desc, compound_id desc
offset $1::integer
