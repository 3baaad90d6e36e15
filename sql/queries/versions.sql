-- versions_run: api/versions.c. What grows when something changes that answers are made of, by kind and id: 0 and 1 niches of
-- that world, 2 workspaces, 3 the taxonomy; there also the active model
select v.world::integer as kind, v.niche_id as id, v.version, null::text as model
from niche_version v
union all
select 2, w.workspace_id, w.version, null
from workspace w
union all
select 3, 0, (select s.value::bigint from state s where s.key = 'taxonomy_version'),
       (select m.model_version from model m where m.status = 'active')
order by kind, id
