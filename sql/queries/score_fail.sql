-- scorer_step: score/scorer.c. Account ($1, $2) could not be scored because of $3
update account_dirty set tries = tries + 1, error = left($3, 500)
where creator_id = $1::bigint and account_id = $2::bigint
