-- scorer_step: score/write.c. Raises the versions of the niches touched, in one order so that workers never deadlock, takes
-- the accounts ($1, $2) off the list, and tells the others. Answers with the number of accounts of which a row changed
with version as (
  insert into niche_version (world, niche_id, version)
  select world, niche_id, 1
  from (select world, niche_id from score_touched group by world, niche_id offset 0) t
  order by world, niche_id
  on conflict (world, niche_id) do update set version = niche_version.version + 1
), done as (
  delete from account_dirty d using (
    select x.ctid as at
    from unnest($1::bigint[], $2::bigint[]) b(creator_id, account_id)
    cross join lateral (
      select c.ctid from account_dirty c where c.creator_id = b.creator_id and c.account_id = b.account_id offset 0
    ) x
  ) k
  where d.ctid = k.at
)
select count(*) as changed, case when count(*) > 0 then pg_notify('niched', 'scored') end as told
from (select account_id from score_touched group by account_id) t
