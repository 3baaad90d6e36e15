-- scorer_step: score/keep.c. Moves the rows of a compound from the temporary table to the store
with moved as (
  delete from pg_temp.score_match returning *
)
insert into niche_match select * from moved
