-- scorer_step: score/keep.c. The rows of the niche $3 of the accounts $2 of the creators $1 (pairs) into the temporary table
insert into pg_temp.score_match
select m.*
from unnest($1::bigint[], $2::bigint[]) as t (creator_id, account_id)
join niche_match m on m.creator_id = t.creator_id and m.account_id = t.account_id and m.niche_id = $3::integer
