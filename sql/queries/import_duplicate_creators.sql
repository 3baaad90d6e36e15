-- merge_run (src/ingest/merge.c)
select (select count(*) from import_stage) - (select count(*) from import_account where main), 0;
