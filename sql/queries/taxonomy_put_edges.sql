-- taxonomy_write: store/taxonomy_store.c
insert into niche_edge (child_id, parent_id)
select c.niche_id, p.niche_id
from unnest($1::text[], $2::text[]) as t (child, parent)
join niche c on c.slug = t.child
join niche p on p.slug = t.parent
