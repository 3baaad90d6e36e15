-- Since a row of account_score has all that lists show of a profile, a change is seen without a hash of it.

alter table account_score drop column profile_hash;
