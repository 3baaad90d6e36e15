-- match_version_ask: api/match_version.c. $1 world, $2 niches, $3 workspace. All of them only grow, so that an equal sum is nothing new
select coalesce(sum(v.version), 0)::bigint
       + coalesce((select w.version from workspace w where w.workspace_id = $3::integer), 0)
from niche_version v
where v.world = $1::smallint and v.niche_id = any($2::integer[])
