-- api_match: api/match_evidence.c. The newest 3 of the recent posts of the accounts $2 of the creators $1 (pairs) that are about
-- the niches $3: all of them in one post where there is such a post, else any, else the parents $4 of the niche
select t.account_id, p.post_key, (extract(epoch from p.posted_at) * 1000000)::bigint as posted_us,
       left(p.caption, 2200) as text, left(p.caption, 200) || case when length(p.caption) > 200 then '…' else '' end as caption,
       p.hashtags, array_to_string(p.hashtags, ' ') as tags, p.likes, p.comments, p.shares, p.views
from unnest($1::bigint[], $2::bigint[]) with ordinality as t (creator_id, account_id, place)
cross join lateral (
  select coalesce(nullif(case when count(*) filter (where c.niche_id = any($3::integer[])) = cardinality($3::integer[])
                              then bit_and(c.post_mask) filter (where c.niche_id = any($3::integer[])) end, 0),
                  nullif(bit_or(c.post_mask) filter (where c.niche_id = any($3::integer[])), 0),
                  bit_or(c.post_mask)) as post_mask
  from creator_niche c
  where c.creator_id = t.creator_id and c.account_id = t.account_id and c.niche_id = any($3::integer[] || $4::integer[])
) m
cross join lateral (
  select r.*
  from (
    select n.*, row_number() over (order by n.posted_at desc, n.post_key desc) - 1 as i
    from (
      select *
      from post
      where post.creator_id = t.creator_id and post.account_id = t.account_id
      order by post.posted_at desc, post.post_key desc
      limit 64
    ) n
  ) r
  where m.post_mask >> r.i::integer & 1 = 1
  order by r.i
  limit 3
) p
order by t.place, p.i
