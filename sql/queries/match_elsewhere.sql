-- api_match: api/match_diagnosis.c. Where else to look: niches beside those of $2 that list somebody in the world $1. A
-- compound's parts come first, then what the niches belong to, what belongs to them, and what the same creators make
select n.slug, (array['part', 'parent', 'child', 'related'])[min(t.relation)] as relation, v.creators
from (
  select u.niche_id, 1 as relation from unnest($2::integer[]) u (niche_id) where cardinality($2::integer[]) > 1
  union all
  select e.parent_id, 2 from niche_edge e where e.child_id = any($2::integer[])
  union all
  select e.child_id, 3 from niche_edge e where e.parent_id = any($2::integer[])
  union all
  select r.related_id, 4 from niche_related r join model d on d.model_version = r.model_version and d.status = 'active'
  where r.niche_id = any($2::integer[])
) t
join niche n on n.niche_id = t.niche_id and n.status = 'active'
join niche_version v on v.niche_id = n.niche_id and v.world = $1::smallint and v.creators > 0
group by n.slug, v.creators
order by min(t.relation), v.creators desc, n.slug
limit 10
