-- forget (src/ingest/pull_refresh.c): lists of live creators changed
with version as (
  update niche_version set version = version + 1 where world = 0
)
select pg_notify('niched', 'forgotten')
