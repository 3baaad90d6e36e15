-- api_niches: api/niches.c. $1 world, $2 niches found or null for all, $3 rows, $4 one slug or null, $5 how like those found are
-- to what was asked and $6 the alias that is, both beside $2
with counted as (
  select n.niche_id, n.slug, n.label, n.iab_id, n.is_generic, n.base_rate, coalesce(f.likeness, 0) as likeness,
         f.matched as matched_alias, coalesce(v.creators, 0) as creators
  from niche n
  left join unnest($2::integer[], $5::float8[], $6::text[]) as f (niche_id, likeness, matched) on f.niche_id = n.niche_id
  left join niche_version v on v.world = $1::smallint and v.niche_id = n.niche_id
  where n.status = 'active' and ($4::text is null or n.slug = $4) and ($2::integer[] is null or f.niche_id is not null)
  order by likeness desc, creators desc, n.slug
  limit $3::integer
)
select c.slug, c.label, c.iab_id, c.is_generic, c.base_rate, c.creators, c.matched_alias,
       (select array_agg(p.slug order by p.slug) from niche_edge e join niche p on p.niche_id = e.parent_id
        where e.child_id = c.niche_id and p.status = 'active') as parents,
       (select array_agg(k.slug order by k.slug) from niche_edge e join niche k on k.niche_id = e.child_id
        where e.parent_id = c.niche_id and k.status = 'active') as children,
       (select array_agg(r.slug order by x.npmi desc, r.slug) from niche_related x join niche r on r.niche_id = x.related_id
        join model m on m.model_version = x.model_version and m.status = 'active' where x.niche_id = c.niche_id) as related,
       (select array_agg(t.alias order by t.weight desc, t.alias)
        from (select a.alias, a.weight from niche_alias a where a.niche_id = c.niche_id
              order by a.weight desc, a.alias limit 24) t) as aliases
from counted c
order by c.likeness desc, c.creators desc, c.slug
