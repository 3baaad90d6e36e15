-- taxonomy_read, state_niches: store/taxonomy_store.c, api/state.c
select niche_id, slug, label, base_rate, is_generic from niche where status = 'active' order by niche_id
