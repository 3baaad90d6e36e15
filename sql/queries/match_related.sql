-- api_match: api/match.c. How many creators match the niche $2 only in part, up to 100
select count(*) from (
  select 1 from niche_match m
  where m.world = $1::smallint and m.niche_id = $2::integer and m.related = true/*filters*/
  limit 100
) r
