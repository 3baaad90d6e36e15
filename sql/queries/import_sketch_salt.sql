-- merge_check_salt (src/ingest/merge_engagers.c): the mark of the salt in use; $2 becomes it where there is none for world $1
with first as (
  insert into sketch_salt (world, mark) values ($1::smallint, $2) on conflict (world) do nothing returning mark
)
select mark from first
union all
select mark from sketch_salt where world = $1::smallint
