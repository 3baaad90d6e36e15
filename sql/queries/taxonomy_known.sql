-- taxonomy_fetch: store/taxonomy_store.c. Every niche there ever was
select niche_id, slug from niche order by niche_id
