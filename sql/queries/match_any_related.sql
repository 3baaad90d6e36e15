-- match_ask_related: api/match_related.c. How many creators match one of the niches $2 in part and are listed in none, up to
-- 100: rows enough for 100 accounts are read. $3 how many niches
select least(100, count(distinct r.account_id)) from (
  select b.account_id
  from (
    select m.creator_id, m.account_id
    from niche_match m
    where m.world = $1::smallint and m.niche_id = any($2::integer[]) and m.related = true/*filters*/
  ) b
  where not exists (
    select 1
    from niche_match m
    where m.creator_id = b.creator_id and m.account_id = b.account_id and m.niche_id = any($2::integer[])
      and m.related = false/*filters*/
  )
  limit 100 * $3::integer
) r
