-- secrets_check: ingest/secrets.c. Marks of the secrets that the store cannot do without
select mark, false as sample from secret_mark where exists (select from tombstone)
union all
select mark, true from sketch_salt where world = 0
order by 2, 1
