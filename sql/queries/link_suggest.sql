-- api_link_suggestions: api/link_suggest.c. Accounts of other creators that may be creator $1's, for each own account ($1's; a row
-- without another account where there is none): whose profile has the same link, whose link is the own profile, whose
-- profile the own link is. shared_by: how many accounts have the link, up to 100; one of many is of an agency or a shop
with own as (
  select a.creator_id, a.account_id, a.world, p.slug || '/' || a.username as own_account, external_link(a.bio, a.bio_link) as link,
         external_link(null, profile_url(a.world, p.slug, p.profile_url, a.username)) as profile
  from account a
  join creator c using (creator_id)
  join platform p on p.platform = a.platform
  where a.creator_id = $1::bigint and not c.opted_out
)
select o.world, o.own_account, s.reason, s.link, s.shared_by, a.creator_id, q.slug as platform, a.username,
       profile_url(a.world, q.slug, q.profile_url, a.username) as url, a.name, a.followers
from own o
left join lateral (
  select distinct on (f.account_id) f.*
  from (
    select 1 as rank, 'links_to_it' as reason, o.link, 1::bigint as shared_by, k.creator_id, k.account_id
    from platform t
    cross join lateral (
      select lower(left(external_link(null, profile_url(o.world, t.slug, t.profile_url, 'x')), -1)) as front
    ) u
    join account_key k on k.world = o.world and k.platform = t.platform and k.kind = 'username'
      and k.key = substr(o.link, length(u.front) + 1)
    where starts_with(o.link, u.front)
    union all
    select 2, 'linked_from_it', o.profile, 1, x.creator_id, x.account_id
    from (select * from account y where y.world = o.world and external_link(y.bio, y.bio_link) = o.profile limit 20) x
    union all
    select 3, 'same_link', o.link, count(*) over (), x.creator_id, x.account_id
    from (select * from account y where y.world = o.world and external_link(y.bio, y.bio_link) = o.link limit 100) x
  ) f
  where f.creator_id <> o.creator_id and f.shared_by <= 20
  order by f.account_id, f.rank
) s on true
left join account a on a.creator_id = s.creator_id and a.account_id = s.account_id
  and exists (select from creator c where c.creator_id = a.creator_id and not c.opted_out)
left join platform q on q.platform = a.platform
order by o.account_id, a.account_id is null, s.rank, a.followers desc nulls last, a.account_id
