-- api_creator: api/creators.c. $1 creator
select m.account_id, n.slug as niche, m.kind, m.score, m.conf, m.focus, cn.posts, cn.words
from niche_match m
join niche n using (niche_id)
left join creator_niche cn using (creator_id, account_id, niche_id)
where m.creator_id = $1::bigint
order by m.account_id, m.score desc, n.slug
