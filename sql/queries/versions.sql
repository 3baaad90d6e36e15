-- versions_run: api/versions.c. What grows when something changes that answers are made of, by kind and id: 0 and 1 niches of
-- that world, 2 workspaces, 3 the taxonomy; there also the active model, and a position of the log behind all of it
select v.world::integer as kind, v.niche_id as id, v.version, null::text as model, null::bigint as position
from niche_version v
union all
select 2, w.workspace_id, w.version, null, null
from workspace w
union all
select 3, 0, (select s.value::bigint from state s where s.key = 'taxonomy_version'),
       (select m.model_version from model m where m.status = 'active'),
       case when not pg_is_in_recovery() then (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint end
order by kind, id
