-- taxonomy_write: store/taxonomy_store.c. New niches get their ids in the order given
with new as (
  select * from unnest($1::text[], $2::text[], $3::float8[], $4::text[], $5::boolean[])
    with ordinality as t (slug, label, base_rate, iab_id, is_generic, nth)
), retired as (
  update niche n set status = 'retired'
  where n.status = 'active' and not exists (select 1 from new where new.slug = n.slug)
)
insert into niche as n (slug, label, base_rate, iab_id, is_generic)
select slug, label, base_rate, nullif(iab_id, ''), is_generic from new order by nth
on conflict (slug) do update
  set label = excluded.label, base_rate = excluded.base_rate, iab_id = excluded.iab_id,
      is_generic = excluded.is_generic, status = 'active'
