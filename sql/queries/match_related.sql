-- match_ask_related: api/match_related.c. How many creators match the niche $2 only in part and with no account in full, up to
-- 100; its version with that of the workspace $3, as match_version has it, and whether that may have prices
select count(*),
       coalesce((select v.version from niche_version v where v.world = $1::smallint and v.niche_id = $2::integer), 0)
       + coalesce((select w.version from workspace w where w.workspace_id = $3::integer), 0) as version,
       coalesce((select w.version > 0 from workspace w where w.workspace_id = $3::integer), false) as own_prices
from (
  select 1
  from (
    select m.creator_id, m.account_id, m.siblings
    from niche_match m
    where m.world = $1::smallint and m.niche_id = $2::integer and m.related = true/*filters*/
  ) b
  where not b.siblings or not exists (
    select 1
    from niche_match m
    where m.creator_id = b.creator_id and m.niche_id = $2::integer
      and (not m.related, m.account_id) > (false, b.account_id)/*filters*/
  )
  limit 100
) r
