-- purge: cli/cmd_sandbox.c. Removes up to 10,000 sandbox creators from every table; how many it removed
with batch as (
  select array_agg(creator_id) as ids from (select creator_id from creator where world = 1 limit 10000) c
), gone as (
  select forget_creators(ids) from batch where ids is not null
)
select coalesce(cardinality(ids), 0) from batch left join gone on true
