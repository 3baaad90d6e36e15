-- match_version_ask: api/match_version.c. $1 world, $2 niches
select coalesce(sum(v.version), 0)::bigint
from niche_version v
where v.world = $1::smallint and v.niche_id = any($2::integer[])
