-- api_own_list: api/own_list.c. Prices of the workspace $1 in world $2, newest first: $3 rows behind id $4
select p.price_id as id, c.creator_id, coalesce(c.display_name, a.name) as name, t.slug as platform, a.username,
       profile_url(a.world, t.slug, t.profile_url, a.username) as url,
       p.deliverable, p.amount_usd, coalesce(p.amount, p.amount_usd) as amount, coalesce(p.currency, 'USD') as currency,
       p.rate_day, p.source, p.valid_from
from price p
join creator c using (creator_id)
join account a using (creator_id, account_id)
join platform t on t.platform = a.platform
where p.workspace_id = $1::integer and c.world = $2::smallint and not c.opted_out and p.price_id < $4::bigint/*filters*/
order by p.price_id desc
limit $3::integer
