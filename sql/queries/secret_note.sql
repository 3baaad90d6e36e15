-- secrets_note: ingest/secrets.c. Notes the mark $1; unless $2 only for erased creators of a time before marks. While nobody is
-- erased older marks mean nothing
with stale as (
  delete from secret_mark where $2::boolean and mark <> $1 and not exists (select from tombstone)
)
insert into secret_mark (mark)
select $1 where $2::boolean or (exists (select from tombstone) and not exists (select from secret_mark))
on conflict do nothing
