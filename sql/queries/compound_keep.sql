-- scorer_step: score/keep.c. The rows of the compound $1 of the world $2 are there, $3 in number: from now on it is read from
-- them
with kept as (
  update niche_compound set state = 'kept', last_used_at = greatest(last_used_at, requested_at) where compound_id = $1::integer
), version as (
  insert into niche_version (world, niche_id, version, creators, counted) values ($2::smallint, $1::integer, 1, $3::integer, 1)
  on conflict (world, niche_id) do nothing
)
select pg_notify('niched', 'compound')
