-- api_creator: api/creators.c. $1 creator, or null with $2 world, $3 platform slug, $4 handle in lower case
select a.creator_id, a.account_id, c.world, c.display_name, c.is_brand, p.slug as platform, a.username,
       profile_url(a.world, p.slug, p.profile_url, a.username) as url, a.name, a.bio, a.bio_link, a.picture_url, a.category,
       a.country, a.city, a.language, a.verified, a.has_contact, a.followers, a.following, a.posts_total, a.likes_total,
       a.views_total, a.source, (extract(epoch from a.observed_at) * 1000000)::bigint as observed_us,
       s.model_version, s.posts, (extract(epoch from s.last_post_at) * 1000000)::bigint as last_post_us,
       s.engagement, s.engagement_basis, s.engagement_rate, s.engagement_usual, s.engagement_n,
       s.authenticity, s.audience_credibility, s.conversation, s.price_usd, s.price_source,
       s.loyalty, s.brands, s.brands_repeated, s.freshness, s.posts_per_week,
       case when d.account_id is null then 'scored' when d.tries < 3 then 'waiting' else 'set_aside' end as scoring,
       md5(string_agg(to_jsonb(a)::text, ',') over (order by a.account_id rows between unbounded preceding and unbounded following)) as tag
from account a
join creator c using (creator_id)
join platform p using (platform)
left join account_score s using (creator_id, account_id)
left join account_dirty d using (creator_id, account_id)
where not c.opted_out
  and a.creator_id = coalesce($1::bigint, (select k.creator_id from account_key k join platform kp using (platform)
                                           where k.world = $2::smallint and kp.slug = $3 and k.kind = 'username'
                                             and k.key = $4))
order by a.account_id
