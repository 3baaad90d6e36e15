-- taxonomy_write: store/taxonomy_store.c. Niches that keep their ids under new slugs
update niche n set slug = r.slug
from unnest($1::integer[], $2::text[]) r(niche_id, slug)
where n.niche_id = r.niche_id
