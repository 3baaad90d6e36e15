-- pull_found (src/ingest/pull_store.c): one page of a search and where it goes on, together; at most as many as wanted
with job as (
  update pull_job set search = $3, page_token = $4 where pull_id = $1::integer returning pull_id, wanted
), have as (
  select count(*)::integer as n from pull_item where pull_id = $1::integer
), fresh as (
  select e.key, row_number() over (order by min(e.at))::integer as at
  from jsonb_array_elements_text($2::jsonb) with ordinality e(key, at)
  where not exists (select from pull_item i where i.pull_id = $1::integer and i.key = e.key)
  group by e.key
)
insert into pull_item (pull_id, key, place)
select job.pull_id, fresh.key, have.n + fresh.at
from job, have, fresh
where have.n + fresh.at <= job.wanted;
