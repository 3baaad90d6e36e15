-- api_niches: api/niches.c. $1 world, $2 folded words to look for or null, $3 rows, $4 one slug or null
with found as (
  select n.niche_id, n.slug, n.label, n.iab_id, n.is_generic, n.base_rate,
         case when $2::text is null then 0
              when replace(n.slug, '-', ' ') like $2 || '%' then 2
              else coalesce((select max(case when a.alias_key like $2 || '%' then 1.5 else similarity(a.alias_key, $2) end)
                             from niche_alias a
                             where a.niche_id = n.niche_id and (a.alias_key like $2 || '%' or a.alias_key % $2)),
                            0) + case when replace(n.slug, '-', ' ') % $2 then 0.5 else 0 end
         end as likeness
  from niche n
  where n.status = 'active' and ($4::text is null or n.slug = $4)
), counted as (
  select f.*, coalesce((select v.creators from niche_version v
                         where v.world = $1::smallint and v.niche_id = f.niche_id), 0) as creators
  from found f
  where $2::text is null or f.likeness > 0
)
select c.slug, c.label, c.iab_id, c.is_generic, c.base_rate, c.creators,
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
limit $3::integer
