-- taxonomy_read, state_niches: store/taxonomy_store.c, api/state.c
select e.child_id, e.parent_id
from niche_edge e
join niche c on c.niche_id = e.child_id and c.status = 'active'
join niche p on p.niche_id = e.parent_id and p.status = 'active'
order by 1, 2
