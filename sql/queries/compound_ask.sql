-- keeper_run: api/wishes.c. Notes that the compound of the niches $2 (ascending) in the world $1 is wanted, unless $3 of them
-- are waiting already, and wakes the scorer
with asked as (
  insert into niche_compound (world, parts)
  select $1::smallint, $2::integer[]
  where (select count(*) from niche_compound where state = 'asked') < $3::integer
  on conflict (world, parts) do nothing
  returning compound_id
)
select pg_notify('niched_dirty', 'compound') from asked
