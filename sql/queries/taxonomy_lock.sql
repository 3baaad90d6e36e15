-- taxonomy_lock: store/taxonomy_store.c. The lock of score_lock.sql for the life of the connection: no batch and no compound is
-- made while a taxonomy is compared and written
select pg_advisory_lock(7103001)
