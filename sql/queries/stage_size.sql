-- stage_clear (src/ingest/stage.c): bytes of the staging tables, of which deleted rows keep a little
select pg_relation_size('pg_temp.import_stage') + pg_relation_size('pg_temp.import_account') + pg_relation_size('pg_temp.import_hash')
