-- keeper_run: api/snapshot.c
select (select w.world from world w join state s on s.key = 'default_world' and s.value = w.slug),
       (select value::bigint from state where key = 'taxonomy_version'),
       (select model_version from model where status = 'active'),
       (select (extract(epoch from clock) * 1000000)::bigint from world where world = 0),
       (select (extract(epoch from clock) * 1000000)::bigint from world where world = 1),
       (select max(version) from schema_migration),
       current_setting('transaction_read_only')::boolean,
       case when not pg_is_in_recovery() then (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint end
