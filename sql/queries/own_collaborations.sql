-- api_own_list: api/own_list.c. Collaborations of the workspace $1 in world $2, newest first: $3 rows behind id $4
select k.collaboration_id as id, c.creator_id, coalesce(c.display_name, a.name) as name, t.slug as platform, a.username,
       profile_url(a.world, t.slug, t.profile_url, a.username) as url,
       b.name as brand, b.category, k.started_on, k.ended_on, k.posts, k.compensation, k.fee_usd, coalesce(k.fee, k.fee_usd) as fee,
       case when k.fee_usd is not null then coalesce(k.currency, 'USD') end as currency, k.rate_day, k.labelled, k.exclusive, k.source
from collaboration k
join creator c using (creator_id)
join brand b using (brand_id)
left join account a using (creator_id, account_id)
left join platform t on t.platform = a.platform
where k.workspace_id = $1::integer and c.world = $2::smallint and not c.opted_out and k.collaboration_id < $4::bigint/*filters*/
order by k.collaboration_id desc
limit $3::integer
