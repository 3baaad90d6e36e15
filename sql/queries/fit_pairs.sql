-- fit_run: score/fit_niches.c. Pairs of niches that at least $2 live people make, each with evidence of at least $1: how many
-- make both, the first, the second. Generic niches are left out. Pairs are made within each creator's own list: a join of
-- all with all would be planned by guesses about a store that has just grown
with made as materialized (
  select d.creator_id, array_agg(distinct d.niche_id order by d.niche_id) as niches
  from creator_niche d
  join account a on a.creator_id = d.creator_id and a.account_id = d.account_id
  join creator c on c.creator_id = d.creator_id
  join niche n on n.niche_id = d.niche_id
  where d.k >= $1::float8 and a.world = 0 and not c.opted_out and c.is_brand is not true
    and n.status = 'active' and not n.is_generic
  group by d.creator_id
), sizes as materialized (
  select x as niche_id, count(*) as creators from made, unnest(made.niches) x group by x
), pairs as materialized (
  select x as a, y as b, count(*) as n
  from made, unnest(made.niches) x, unnest(made.niches) y
  where x < y
  group by x, y
  having count(*) >= $2::bigint
)
select p.a, p.b, p.n, s.creators, t.creators
from pairs p
join sizes s on s.niche_id = p.a
join sizes t on t.niche_id = p.b
order by p.a, p.b
