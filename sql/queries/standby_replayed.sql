-- ask_replayed: http/standby.c. Up to which position of the log a standby has everything; null on a server that is none
select case when pg_is_in_recovery() then (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint end
