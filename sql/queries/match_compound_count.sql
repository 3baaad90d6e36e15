-- match_ask_related: api/match_related.c. How many creators are listed in some part of a compound and with no account in
-- every one, up to 100: an account in several parts has a row in each, so that rows enough for 100 accounts are read. $1 world,
-- $2 niches, $3 how many
select least(100, count(distinct r.creator_id)) from (
  select b.creator_id
  from (
    select m.creator_id, m.account_id, m.siblings
    from niche_match m
    where m.world = $1::smallint and m.niche_id = any($2::integer[]) and m.related = false
      and (select count(*) from niche_match x
           where x.creator_id = m.creator_id and x.account_id = m.account_id and x.niche_id = any($2::integer[])
             and x.related = false) < $3::integer/*filters*/
  ) b
  where not b.siblings or not exists (
    select 1
    from niche_match m
    where m.creator_id = b.creator_id and m.account_id <> b.account_id and m.niche_id = any($2::integer[]) and m.related = false
      and (m.account_id > b.account_id
           or (select count(*) from niche_match x
               where x.creator_id = m.creator_id and x.account_id = m.account_id and x.niche_id = any($2::integer[])
                 and x.related = false) = $3::integer)/*filters*/
  )
  limit 100 * ($3::integer - 1)
) r
