-- pull_use_units (src/ingest/pull_store.c): takes $4 units of the day unless that were more than $5; no row: it would be
insert into pull_usage as u (platform, day, units)
select $1::smallint, ($2::timestamptz at time zone $3)::date, $4::bigint where $4::bigint <= $5::bigint
on conflict (platform, day) do update set units = u.units + excluded.units
  where u.units + excluded.units <= $5::bigint
returning units;
