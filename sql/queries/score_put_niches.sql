-- scorer_step: score/write.c. creator_niche as the batch says; rows that are the same stay as they are. $1 is the number of
-- rows of the batch: without a parameter a statement would be planned but once, for an empty table
with gone as (
  delete from creator_niche o using (
    select b.world, x.at
    from score_batch b
    cross join lateral (
      select c.ctid as at
      from creator_niche c
      where c.creator_id = b.creator_id and c.account_id = b.account_id and c.niche_id <> all (b.direct_ids)
      offset 0
    ) x
  ) k
  where o.ctid = k.at
  returning k.world, o.niche_id, o.account_id
), differs as materialized (
  select n.*, o.at
  from (select * from score_niche limit $1::bigint) n
  left join lateral (
    select c.ctid as at, row (c.*) is distinct from row (n.*) as differs
    from creator_niche c
    where c.creator_id = n.creator_id and c.account_id = n.account_id and c.niche_id = n.niche_id
    offset 0
  ) o on true
  where o.at is null or o.differs
), changed as (
  update creator_niche o set
    (k, n, focus, posts, post_mask, profile, words) =
    (d.k, d.n, d.focus, d.posts, d.post_mask, d.profile, d.words)
  from differs d
  where o.ctid = d.at
  returning o.creator_id, o.niche_id, o.account_id
), added as (
  insert into creator_niche
    (creator_id, account_id, niche_id, k, n, focus, posts, post_mask, profile, words)
  select creator_id, account_id, niche_id, k, n, focus, posts, post_mask, profile, words
  from differs
  where at is null
  returning creator_id, niche_id, account_id
)
insert into score_touched (world, niche_id, account_id)
select world, niche_id, account_id from gone
union all
select a.world, p.niche_id, p.account_id
from (select * from changed union all select * from added) p
cross join lateral (
  select x.world from account x where x.creator_id = p.creator_id and x.account_id = p.account_id offset 0
) a
