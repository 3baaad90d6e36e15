-- scorer_step: score/keep.c. Forgets the compound $1 of the world $2, with its rows
with rows as (
  delete from niche_match where world = $2::smallint and niche_id = $1::integer
), version as (
  delete from niche_version where world = $2::smallint and niche_id = $1::integer
), compound as (
  delete from niche_compound where compound_id = $1::integer
)
select pg_notify('niched', 'compound')
