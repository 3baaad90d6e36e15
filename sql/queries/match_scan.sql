-- match_scan_ask: api/match_scan.c. The next rows of a niche in the stored order, to be scored anew: a creator comes once, by
-- the best row of those that pass the filters (place), with those of all their accounts. $1 world, $2 niche, $3 creators,
-- $4 $5 $6 the place of the last one read (score, conf, account), $7 countries of the audience wanted or null, $8 whether
-- engagement is to be weighed anew, $9 whether related rows are asked for: of creators who are not listed, $10 the lowest score
-- that is of use, $11 the caller's workspace or null. Without rows one that has the version alone; the first row has the floors of
-- what is listed, if they are known
with part as materialized (
  select b.*
  from (
    select m.creator_id, m.account_id, m.score, m.conf, m.country,
           m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh, m.siblings
    from niche_match m
    where m.world = $1::smallint and m.niche_id = $2::integer and m.related = $9::boolean
      and (m.score, m.conf, m.account_id) < ($4::integer, $5::integer, $6::bigint) and m.score >= $10::integer/*filters*/
    order by m.score desc, m.conf desc, m.account_id desc
    offset 0
  ) b
  where not b.siblings or not exists (
    select 1
    from niche_match m
    where m.creator_id = b.creator_id and m.niche_id = $2::integer
      and (not m.related, m.score, m.conf, m.account_id) > (not $9::boolean, b.score, b.conf, b.account_id)/*filters*/
  )
  limit $3::integer
)
select p.creator_id, p.account_id, p.score, p.conf, p.place, $2::integer as niche_id, p.row_conf, p.country,
       p.l_rel, p.l_eng, p.l_auth, p.l_aff, p.l_loy, p.l_fresh,
       v.version, case when row_number() over place = 1 then v.floors end as floors,
       s.engagement_theta, s.engagement_sigma, s.engagement_tau,
       case when $7::text[] is not null then (
         select array_agg(a.share order by t.i)
         from unnest($7::text[]) with ordinality as t (country, i)
         left join audience_share a on a.creator_id = p.creator_id and a.account_id = p.account_id
           and a.dimension = 'country' and a.bucket = t.country) end as shares,
       case when $7::text[] is not null then (
         select min(a.sample_n) from audience_share a
         where a.creator_id = p.creator_id and a.account_id = p.account_id and a.dimension = 'country') end as sample_n
from (values (true)) one (row)
left join (
  select n.version + coalesce((select w.version from workspace w where w.workspace_id = $11::integer), 0) as version,
         case when n.bounded = n.version and not $9::boolean then n.floors end as floors
  from niche_version n
  where n.world = $1::smallint and n.niche_id = $2::integer
) v on true
left join (
  select creator_id, account_id, score, conf, account_id as place, conf as row_conf, country,
         l_rel, l_eng, l_auth, l_aff, l_loy, l_fresh
  from part
  union all
  select b.creator_id, o.account_id, b.score, b.conf, b.account_id, o.conf, o.country,
         o.l_rel, o.l_eng, o.l_auth, o.l_aff, o.l_loy, o.l_fresh
  from part b
  cross join lateral (
    select *
    from niche_match m
    where m.creator_id = b.creator_id and m.account_id <> b.account_id and m.niche_id = $2::integer
      and m.related = $9::boolean/*filters*/
    offset 0
  ) o
  where b.siblings
) p on true
left join lateral (
  select * from account_score c where $8::boolean and c.creator_id = p.creator_id and c.account_id = p.account_id
) s on true
window place as (order by p.score desc, p.conf desc, p.place desc, p.account_id)
order by p.score desc, p.conf desc, p.place desc, p.account_id
