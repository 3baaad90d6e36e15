-- scorer_step: score/write.c. Raises the versions of the niches touched, in one order so that workers never deadlock, takes
-- the accounts ($1, $2) off the list, and tells the others. Floors take the rows of the batch in, where they are known. Answers
-- with the number of accounts of which a row changed
with version as (
  insert into niche_version (world, niche_id, version, floors)
  select world, niche_id, 1, floors
  from (
    select world, niche_id, array[min(l_rel), min(l_eng), min(l_auth), min(l_aff), min(l_loy), min(l_fresh)] as floors
    from (
      select t.world, t.niche_id, true as touched, null::double precision as l_rel, null::double precision as l_eng,
             null::double precision as l_auth, null::double precision as l_aff, null::double precision as l_loy,
             null::double precision as l_fresh
      from score_touched t
      union all
      select m.world, m.niche_id, false, m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh
      from score_match m
      where not m.related
    ) r
    group by world, niche_id
    having bool_or(touched)
    offset 0
  ) t
  order by world, niche_id
  on conflict (world, niche_id) do update set
    version = niche_version.version + 1,
    bounded = niche_version.bounded + (niche_version.bounded = niche_version.version)::integer,
    floors = array[least(niche_version.floors[1], excluded.floors[1]), least(niche_version.floors[2], excluded.floors[2]),
                   least(niche_version.floors[3], excluded.floors[3]), least(niche_version.floors[4], excluded.floors[4]),
                   least(niche_version.floors[5], excluded.floors[5]), least(niche_version.floors[6], excluded.floors[6])]
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
