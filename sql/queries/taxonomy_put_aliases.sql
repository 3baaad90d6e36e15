-- taxonomy_write: store/taxonomy_store.c
insert into niche_alias (alias_key, niche_id, alias, language, kind, weight)
select t.alias_key, n.niche_id, t.alias, t.language, t.kind, t.weight
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[])
  as t (alias_key, slug, alias, language, kind, weight)
join niche n on n.slug = t.slug
on conflict (alias_key) do nothing
