-- scorer_step: score/write.c. creator_niche as the batch says; rows that are the same stay as they are. $1 is the number of
-- rows of the batch: without a parameter a statement would be planned but once, for an empty table
with gone as (
  delete from creator_niche o using (
    select b.world, x.ctid as at
    from score_batch b
    cross join lateral (
      select c.ctid
      from creator_niche c
      where c.creator_id = b.creator_id and c.account_id = b.account_id and c.niche_id <> all (b.direct_ids)
      offset 0
    ) x
  ) k
  where o.ctid = k.at
  returning k.world, o.niche_id, o.account_id
), put as (
  insert into creator_niche
  select n.*
  from (select * from score_niche limit $1::bigint) n
  left join lateral (
    select *
    from creator_niche c
    where c.creator_id = n.creator_id and c.account_id = n.account_id and c.niche_id = n.niche_id
    offset 0
  ) o on true
  where o.niche_id is null or row (o.*) is distinct from row (n.*)
  on conflict (creator_id, account_id, niche_id) do update set
    (k, n, focus, posts, post_mask, profile, words) =
    (excluded.k, excluded.n, excluded.focus, excluded.posts, excluded.post_mask, excluded.profile, excluded.words)
  returning creator_id, account_id, niche_id
)
insert into score_touched (world, niche_id, account_id)
select world, niche_id, account_id from gone
union all
select a.world, p.niche_id, p.account_id
from put p
cross join lateral (
  select x.world from account x where x.creator_id = p.creator_id and x.account_id = p.account_id offset 0
) a
