-- merge_run (src/ingest/merge.c): real creators make their world the default
update state set value = 'live' where key = 'default_world' and value <> 'live';
