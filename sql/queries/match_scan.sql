-- match_scan_ask: api/match_scan.c. The next rows of a niche in the stored order, to be scored anew. $1 world, $2 niche,
-- $3 rows, $4 $5 $6 the last row read (score, conf, account), $7 countries of the audience wanted or null, $8 whether
-- engagement is to be weighed anew, $9 whether related rows are asked for. Without rows one that has the version alone
with part as materialized (
  select m.creator_id, m.account_id, m.score, m.conf, m.country,
         m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh
  from niche_match m
  where m.world = $1::smallint and m.niche_id = $2::integer and m.related = $9::boolean
    and (m.score, m.conf, m.account_id) < ($4::integer, $5::integer, $6::bigint)/*filters*/
  order by m.score desc, m.conf desc, m.account_id desc
  limit $3::integer
)
select p.creator_id, p.account_id, p.score, p.conf, $2::integer as niche_id, p.conf as row_conf, p.country,
       p.l_rel, p.l_eng, p.l_auth, p.l_aff, p.l_loy, p.l_fresh,
       v.version,
       s.engagement_theta, s.engagement_sigma, s.engagement_tau,
       case when $7::text[] is not null then (
         select array_agg(a.share order by t.i)
         from unnest($7::text[]) with ordinality as t (country, i)
         left join audience_share a on a.creator_id = p.creator_id and a.account_id = p.account_id
           and a.dimension = 'country' and a.bucket = t.country) end as shares,
       case when $7::text[] is not null then (
         select min(a.sample_n) from audience_share a
         where a.creator_id = p.creator_id and a.account_id = p.account_id and a.dimension = 'country') end as sample_n
from (select (select n.version from niche_version n where n.world = $1::smallint and n.niche_id = $2::integer) as version) v
left join part p on true
left join lateral (
  select * from account_score c where $8::boolean and c.creator_id = p.creator_id and c.account_id = p.account_id
) s on true
order by p.score desc, p.conf desc, p.account_id desc
