-- scorer_step: score/scorer.c. Batches run beside each other, and none while the rows of a compound are made or go ($1 true):
-- else a batch that does not know it yet would leave its rows out of date
select case when $1::boolean then pg_advisory_xact_lock(7103001) else pg_advisory_xact_lock_shared(7103001) end
