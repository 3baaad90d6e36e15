-- scorer_open: score/scorer.c. Where a batch's rows arrive before they are compared with those in the store, and settings
-- of the connection. The store grows from nothing while a scorer runs: a plan that was right for an empty table would read
-- a large one from end to end, so statements are planned at each use (a few ms a batch) and only look rows up by key, which
-- is also why they say "lateral ... offset 0". A batch that a crash loses is still marked dirty, so commits need not wait
-- for the disk.
set plan_cache_mode = force_custom_plan;
set enable_seqscan = off;
set enable_hashjoin = off;
set enable_mergejoin = off;
set jit = off;
set synchronous_commit = off;
set client_min_messages = warning;
create temp table if not exists score_batch (
  world smallint not null,
  creator_id bigint not null,
  account_id bigint not null,
  direct_ids integer[] not null,
  match_ids integer[] not null
) on commit delete rows;
create temp table if not exists score_account (like account_score) on commit delete rows;
alter table score_account drop column if exists card; -- PostgreSQL makes it
create temp table if not exists score_niche (like creator_niche) on commit delete rows;
create temp table if not exists score_match (like niche_match) on commit delete rows;
create temp table if not exists score_touched (
  world smallint not null,
  niche_id integer not null,
  account_id bigint not null
) on commit delete rows;
