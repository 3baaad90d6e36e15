-- lock: api/write_round.c. Rounds that run at the same time in world $1 write no account at the same time: the usernames' keys $3 of
-- platforms $2, in one order for all
select pg_advisory_xact_lock(w.number)
from (
  select distinct hashtextextended(t.platform::text || '/' || t.key, $1::bigint) as number
  from unnest($2::smallint[], $3::text[]) t (platform, key)
  order by 1
  offset 0
) w
