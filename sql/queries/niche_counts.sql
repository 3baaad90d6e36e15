-- suggest_ask: api/suggest.c. How many creators the niches $2 (slugs, in order) list in the world $1
select s.slug, coalesce(v.creators, 0)
from unnest($2::text[]) with ordinality as s (slug, i)
join niche n on n.slug = s.slug
left join niche_version v on v.world = $1::smallint and v.niche_id = n.niche_id
order by s.i
