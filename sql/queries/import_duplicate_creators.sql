-- merge_run (src/ingest/merge.c)
select 0, (select count(*) from import_stage) - (select count(*) from import_account where main);
