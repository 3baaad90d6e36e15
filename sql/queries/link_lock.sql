-- link_find: ingest/link.c. As a batch of the scorer: no rows of a compound are made or go meanwhile
select pg_advisory_xact_lock_shared(7103001)
