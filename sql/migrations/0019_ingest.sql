-- A row of a small table that never changes was locked and looked up for every account and key that came in, and by all writers
-- at once: world and platform are checked where a file is read, which takes them from these tables.

alter table account drop constraint account_platform_fkey;
alter table account_key drop constraint account_key_platform_fkey;
alter table creator drop constraint creator_world_fkey;
