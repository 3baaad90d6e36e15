-- api_similar: api/similar_item.c. $1 creators and $2 accounts (pairs, in order): what an item says of them
select a.creator_id, coalesce(c.display_name, a.name) as name, a.bio, a.has_contact, a.picture_url, p.slug as platform, a.username,
       profile_url(a.world, p.slug, p.profile_url, a.username) as url, a.country, a.language, a.followers,
       also_on(a.creator_id, a.account_id) as also_on
from unnest($1::bigint[], $2::bigint[]) with ordinality as t (creator_id, account_id, place)
join account a using (creator_id, account_id)
join creator c using (creator_id)
join platform p on p.platform = a.platform
where not c.opted_out
order by t.place
