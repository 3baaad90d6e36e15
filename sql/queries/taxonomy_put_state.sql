-- taxonomy_write: store/taxonomy_store.c
with version as (
  update state set value = (value::bigint + 1)::text where key = 'taxonomy_version'
), checksum as (
  insert into state values ('taxonomy_checksum', $1)
  on conflict (key) do update set value = excluded.value
)
insert into account_dirty (creator_id, account_id)
select creator_id, account_id from account
on conflict (creator_id, account_id) do update set tries = 0, error = null
