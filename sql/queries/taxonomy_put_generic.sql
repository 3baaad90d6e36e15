-- taxonomy_write: store/taxonomy_store.c
insert into generic_hashtag (hashtag) select distinct t from unnest($1::text[]) as t
