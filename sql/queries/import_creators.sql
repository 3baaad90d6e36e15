-- write_accounts (src/ingest/merge.c)
insert into creator (creator_id, world, display_name)
select creator_id, $1::smallint, name from import_account where is_new order by creator_id;
