-- taxonomy_read, state_niches: store/taxonomy_store.c, api/state.c
select hashtag from generic_hashtag order by hashtag collate "C"
