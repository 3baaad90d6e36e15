-- write_accounts (src/ingest/merge.c)
with written as (
  insert into creator (creator_id, world, display_name)
  select creator_id, $1::smallint, name from import_account where is_new order by creator_id
  returning creator_id
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key)
  select w.creator_id, $2::bigint, 'creator', '{}'::jsonb
  from written w
  where $2::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
)
select count(*), 0 from written;
