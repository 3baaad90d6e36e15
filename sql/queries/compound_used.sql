-- keeper_run: api/wishes.c. Notes that the compounds $1 were used, once a minute
update niche_compound
set last_used_at = now()
where compound_id = any($1::integer[]) and last_used_at < now() - interval '1 minute'
