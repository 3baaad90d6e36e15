-- link_part: ingest/link.c. Account $2 of creator $1 becomes a creator of its own; their id. In all workspaces
with before as materialized (
  select coalesce(current_setting('app.request', true), '') as was
), free as materialized (
  select set_config('app.request', 'off', true) from before
)
select unlink_account($1::bigint, $2::bigint), set_config('app.request', b.was, true) from before b, free
