-- api_match: api/match_why_not.c. The accounts of a handle ($4, on platform $3 unless null) or of a creator ($5), with their place
-- among the candidates of the niches $2 of the world $1, what filters they pass, the evidence for the niches $6 and, for the
-- order of one niche that a statement lists by ($7), how many are ahead, and another account of the creator that is. Creators who
-- opted out are not there. The marks are made from the lines of the filters
with named as (
  select k.creator_id, k.account_id
  from account_key k join platform p using (platform)
  where k.world = $1::smallint and k.kind = 'username' and k.key = $4::text and p.slug = coalesce($3::text, p.slug)
  union
  select a.creator_id, a.account_id from account a where a.world = $1::smallint and a.creator_id = $5::bigint
), place as (
  select a.creator_id, a.account_id, a.platform, a.username, m.creator_id as placed, m.score, m.conf,
         m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh, m.key, m.fails, m.unknowns, m.asked_of
  from named d
  join account a using (creator_id, account_id)
  join creator c on c.creator_id = d.creator_id and not c.opted_out
  left join lateral (
    select m.*, /*fails*/ as fails, /*unknowns*/ as unknowns, array[/*values*/]::text[] as asked_of
    from (
      select m.*, /*key*/ as key/*tests*/
      from niche_match m
      where m.creator_id = d.creator_id and m.account_id = d.account_id and m.related = false and /*candidates*/
      offset 0
    ) m
  ) m on true
)
select e.creator_id, e.account_id, p.slug as platform, e.username, e.placed is not null as placed, e.score, e.conf,
       e.l_rel, e.l_eng, e.l_auth, e.l_aff, e.l_loy, e.l_fresh, e.key, e.fails, e.unknowns, e.asked_of,
       s.posts as recent_posts,
       case when $7::boolean and e.fails = 0 then (
         select count(*) filter (where not m.siblings) + count(distinct m.creator_id) filter (where m.siblings and m.creator_id <> e.creator_id)
         from niche_match m
         where m.world = $1::smallint and m.niche_id = ($2::integer[])[1] and m.related = false
           and (/*before*/m.score, m.conf, m.account_id) > (/*after*/e.score, e.conf, e.account_id)/*filters*/) end as ahead,
       case when $7::boolean and e.fails = 0 then (
         select m.account_id from niche_match m
         where m.creator_id = e.creator_id and m.niche_id = ($2::integer[])[1] and m.related = false
           and (/*before*/m.score, m.conf, m.account_id) > (/*after*/e.score, e.conf, e.account_id)/*filters*/
         order by row(/*before*/m.score, m.conf, m.account_id) desc
         limit 1) end as other,
       o.ids as other_ids, o.names as others,
       (select array_agg(m.kind order by n.i) from unnest($6::integer[]) with ordinality n (niche_id, i)
        left join niche_match m on m.creator_id = e.creator_id and m.account_id = e.account_id and m.niche_id = n.niche_id) as kinds,
       (select array_agg(x.k order by n.i) from unnest($6::integer[]) with ordinality n (niche_id, i)
        left join creator_niche x on x.creator_id = e.creator_id and x.account_id = e.account_id and x.niche_id = n.niche_id) as k,
       (select array_agg(x.n order by n.i) from unnest($6::integer[]) with ordinality n (niche_id, i)
        left join creator_niche x on x.creator_id = e.creator_id and x.account_id = e.account_id and x.niche_id = n.niche_id) as n,
       (select array_agg(x.posts order by n.i) from unnest($6::integer[]) with ordinality n (niche_id, i)
        left join creator_niche x on x.creator_id = e.creator_id and x.account_id = e.account_id and x.niche_id = n.niche_id) as posts
from place e
join platform p using (platform)
cross join lateral (
  select array_agg(a.account_id order by a.account_id) as ids, array_agg(op.slug || '/' || a.username order by a.account_id) as names
  from account a join platform op using (platform)
  where a.creator_id = e.creator_id and a.account_id <> e.account_id
) o
left join account_score s on s.creator_id = e.creator_id and s.account_id = e.account_id
order by p.slug, e.username, e.account_id
