-- scorer_step: score/write.c. lookalike_key as the batch says; rows that are the same stay as they are. $1 as in
-- score_put_niches
with strongest as (
  select n.creator_id, n.account_id, n.niche_id, round(10000 * least(n.k / n.n, 1))::smallint as share,
         row_number() over (partition by n.creator_id, n.account_id order by n.k desc, n.niche_id) as nth
  from (select * from score_niche limit $1::bigint) n
  where n.k > 0 and n.n > 0
), vectors as materialized (
  select creator_id, account_id, array_agg(niche_id order by nth) as niche_ids, array_agg(share order by nth) as shares
  from strongest
  where nth <= 16
  group by creator_id, account_id
), wanted as materialized (
  select v.creator_id, v.account_id, p.niche_a, p.niche_b, a.world, a.platform, a.country, a.followers, v.niche_ids, v.shares
  from vectors v
  cross join lateral (
    select c.world, c.platform, c.country, c.followers
    from account c where c.creator_id = v.creator_id and c.account_id = v.account_id and c.followers is not null offset 0
  ) a
  cross join lateral (
    select least(v.niche_ids[i], v.niche_ids[j]) as niche_a, greatest(v.niche_ids[i], v.niche_ids[j]) as niche_b
    from (values (1, 2), (1, 3), (2, 3)) q(i, j) where v.niche_ids[j] is not null
    union all
    select v.niche_ids[1], v.niche_ids[1] where cardinality(v.niche_ids) = 1
  ) p
), gone as (
  delete from lookalike_key o using (
    select x.at
    from vectors v
    cross join lateral (
      select c.ctid as at
      from lookalike_key c
      where c.creator_id = v.creator_id and c.account_id = v.account_id
        and not (c.niche_a = any (v.niche_ids[:3]) and c.niche_b = any (v.niche_ids[:3])
                 and (c.niche_a <> c.niche_b or cardinality(v.niche_ids) = 1))
      offset 0
    ) x
    union all
    select x.at
    from score_batch b
    cross join lateral (
      select c.ctid as at from lookalike_key c where c.creator_id = b.creator_id and c.account_id = b.account_id offset 0
    ) x
    where cardinality(b.direct_ids) = 0
  ) k
  where o.ctid = k.at
)
insert into lookalike_key as o
select * from wanted
on conflict (creator_id, account_id, niche_a, niche_b) do update set
  (world, platform, country, followers, niche_ids, shares) =
  (excluded.world, excluded.platform, excluded.country, excluded.followers, excluded.niche_ids, excluded.shares)
where (o.world, o.platform, o.country, o.followers, o.niche_ids, o.shares) is distinct from
  (excluded.world, excluded.platform, excluded.country, excluded.followers, excluded.niche_ids, excluded.shares)
