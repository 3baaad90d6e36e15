-- Each row of a list looks up what it shows of its account: by hash that is two pages, however large the store is; by the primary
-- key four at a million accounts, and three at a hundred thousand.
create index account_score_account on account_score using hash (account_id);
