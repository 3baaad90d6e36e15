-- taxonomy_write: store/taxonomy_store.c
with version as (
  update state set value = (value::bigint + 1)::text where key = 'taxonomy_version'
)
insert into state values ('taxonomy_checksum', $1)
on conflict (key) do update set value = excluded.value
