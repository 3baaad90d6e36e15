-- gauges_read: api/gauges.c. Samples of the families named there. Ages are of a sample of some 300 pages of accounts
with pages as (
  select greatest(relpages, 1) as n, case when reltuples < 100000 then (select count(*) from account) else reltuples end as accounts
  from pg_class where oid = 'account'::regclass
), age as (
  select w.slug, percentile_cont(array[0.5, 0.9]) within group (
           order by extract(epoch from coalesce(w.clock, now()) - a.observed_at)) as seconds
  from account a tablesample system (least(100, 30000.0 / (select n from pages))) repeatable (1)
  join world w on w.world = a.world
  group by w.slug
), jobs as (
  select kind, status, count(*) as jobs, sum(accepted) as accepted, sum(refused) as refused, sum(duplicates) as duplicates,
         max(extract(epoch from finished_at)) filter (where status = 'done') as done_at
  from import_job
  group by kind, status
)
select 'niched_accounts_dirty', '', (select count(*) from account_dirty where tries < 3)::float8
union all select 'niched_accounts_set_aside', '', (select count(*) from account_dirty where tries >= 3)
union all select 'niched_accounts', '', accounts from pages
union all select 'niched_store_bytes', '', pg_database_size(current_database())
union all select 'niched_data_age_seconds', format('world="%s",of="median"', slug), seconds[1] from age
union all select 'niched_data_age_seconds', format('world="%s",of="p90"', slug), seconds[2] from age
union all select 'niched_import_jobs', format('kind="%s",status="%s"', kind, status), jobs from jobs
union all select 'niched_import_rows_total', format('kind="%s",result="accepted"', kind), sum(accepted) from jobs group by kind
union all select 'niched_import_rows_total', format('kind="%s",result="refused"', kind), sum(refused) from jobs group by kind
union all select 'niched_import_rows_total', format('kind="%s",result="duplicate"', kind), sum(duplicates) from jobs group by kind
union all select 'niched_import_last_timestamp_seconds', format('kind="%s"', kind), max(done_at)
  from jobs where done_at is not null group by kind
union all select 'niched_pull_units_total', format('platform="%s"', p.slug), sum(u.units)
  from pull_usage u join platform p using (platform) group by p.slug
union all select 'niched_requests_open', '', count(*) from creator_request where state in ('pending', 'verified')
union all select 'niched_requests_oldest_timestamp_seconds', '', extract(epoch from min(created_at))
  from creator_request where state in ('pending', 'verified') having count(*) > 0
order by 1, 2
