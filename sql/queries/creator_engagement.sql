-- api_creator: api/creators.c. $1 creator: of each account the months of its newest 400 posts, at most 24, by medians; rates over the
-- followers of the time: those seen with the post, else the newest count before it, else those of now
select a.account_id, m.*
from account a
cross join lateral (
  select to_char(p.posted_at at time zone 'UTC', 'YYYY-MM') as month, count(*) as posts,
         percentile_cont(0.5) within group (order by p.likes) as likes,
         percentile_cont(0.5) within group (order by p.comments) as comments,
         percentile_cont(0.5) within group (order by p.views) as views,
         percentile_cont(0.5) within group (
           order by (p.likes + coalesce(p.comments, 0))::float8 / nullif(coalesce(p.followers_at, f.followers, a.followers), 0)) as rate,
         array_agg(distinct p.source order by p.source) as sources,
         (extract(epoch from max(p.observed_at)) * 1000000)::bigint as observed_us
  from (
    select * from post x
    where x.creator_id = a.creator_id and x.account_id = a.account_id
    order by x.posted_at desc, x.post_key desc
    limit 400
  ) p
  left join lateral (
    select s.followers
    from follower_snapshot s
    where p.followers_at is null and s.creator_id = a.creator_id and s.account_id = a.account_id
      and s.day <= (p.posted_at at time zone 'UTC')::date
    order by s.day desc
    limit 1
  ) f on true
  group by 1
  order by 1 desc
  limit 24
) m
where a.creator_id = $1::bigint
order by a.account_id, m.month desc
