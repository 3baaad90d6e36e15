-- prepare: cli/cmd_score.c. Accounts that were set aside are tried again
update account_dirty set tries = 0, error = null where tries >= 3
