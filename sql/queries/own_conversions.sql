-- api_own_list: api/own_list.c. Conversion reports of the workspace $1 in world $2, newest first: $3 rows behind id $4
select r.conversion_id as id, c.creator_id, coalesce(c.display_name, a.name) as name, t.slug as platform, a.username,
       profile_url(a.world, t.slug, t.profile_url, a.username) as url,
       r.collaboration_id, b.name as brand, r.orders, r.clicks, r.revenue_usd, coalesce(r.revenue, r.revenue_usd) as revenue,
       case when r.revenue_usd is not null then coalesce(r.currency, 'USD') end as currency, r.rate_day, r.window_days,
       (extract(epoch from r.reported_at) * 1000000)::bigint as reported_us, r.source
from conversion_report r
join creator c using (creator_id)
left join account a using (creator_id, account_id)
left join platform t on t.platform = a.platform
left join collaboration k on k.creator_id = r.creator_id and k.collaboration_id = r.collaboration_id
  and k.workspace_id = r.workspace_id
left join brand b on b.brand_id = k.brand_id
where r.workspace_id = $1::integer and c.world = $2::smallint and not c.opted_out and r.conversion_id < $4::bigint/*filters*/
order by r.conversion_id desc
limit $3::integer
