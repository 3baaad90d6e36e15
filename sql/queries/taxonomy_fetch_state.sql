-- taxonomy_fetch: store/taxonomy_store.c. The checksum of the files loaded last, or null
select (select value from state where key = 'taxonomy_checksum')
