-- link_account: ingest/link.c. Creator $1 becomes one with creator $2, in all workspaces
with before as materialized (
  select coalesce(current_setting('app.request', true), '') as was
), free as materialized (
  select set_config('app.request', 'off', true) from before
)
select link_creator($1::bigint, $2::bigint), set_config('app.request', b.was, true) from before b, free
