-- flush: ingest/rates.c. Rates of world $1 from source $2: days $3, currencies $4, USD for one unit $5; how many changed
with given as (
  select distinct on (currency, day) currency, day, usd_per_unit
  from unnest($3::date[], $4::text[], $5::numeric[]) with ordinality as g (day, currency, usd_per_unit, i)
  order by currency, day, i desc
), put as (
  insert into currency_rate as r (world, currency, day, usd_per_unit, source)
  select $1::smallint, currency, day, usd_per_unit, $2 from given
  on conflict (world, currency, day) do update set usd_per_unit = excluded.usd_per_unit, source = excluded.source
  where r.usd_per_unit <> excluded.usd_per_unit
  returning 1
)
select count(*) from put
