-- match_ask_related: api/match_related.c. How many creators match one of the niches $2 in part and are listed in none, up to
-- 100: rows enough for 100 accounts are read. $3 how many niches
select least(100, count(distinct r.creator_id)) from (
  select b.creator_id
  from (
    select m.creator_id, m.account_id, m.siblings
    from niche_match m
    where m.world = $1::smallint and m.niche_id = any($2::integer[]) and m.related = true/*filters*/
  ) b
  where not exists (
    select 1
    from niche_match m
    where m.creator_id = b.creator_id and (m.account_id = b.account_id or b.siblings) and m.niche_id = any($2::integer[])
      and (not m.related, m.account_id) > (false, b.account_id)/*filters*/
  )
  limit 100 * $3::integer
) r
