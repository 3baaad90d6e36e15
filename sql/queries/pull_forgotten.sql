-- forget (src/ingest/pull_refresh.c): lists of live creators changed
update niche_version set version = version + 1 where world = 0;
