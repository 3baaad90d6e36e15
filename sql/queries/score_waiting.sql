-- scorer_waiting: score/scorer.c
select count(*) from account_dirty where tries < 3
