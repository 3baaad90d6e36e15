-- match_scan_ask: api/match_scan.c. As match_scan, over several niches ($2, ascending): a creator comes once, by the best
-- row of those that pass the filters (listed before related, then score, conf, account, lower niche), with all rows of all
-- their accounts. $9 also says which rows: related ones are those of creators who are listed in none of the niches
with top as materialized (
  select t.creator_id, t.account_id, t.score, t.conf, t.siblings
  from unnest($2::integer[]) as n (niche_id)
  cross join lateral (
    select b.creator_id, b.account_id, b.score, b.conf, b.siblings
    from (
      select m.creator_id, m.account_id, m.niche_id, m.score, m.conf, m.siblings
      from niche_match m
      where m.world = $1::smallint and m.niche_id = n.niche_id and m.related = $9::boolean
        and (m.score, m.conf, m.account_id) < ($4::integer, $5::integer, $6::bigint) and m.score >= $10::integer/*filters*/
    ) b
    where not exists (
      select 1
      from niche_match m
      where m.creator_id = b.creator_id and (m.account_id = b.account_id or b.siblings) and m.niche_id = any($2::integer[])
        and (not m.related, m.score, m.conf, m.account_id, -m.niche_id)
          > (not $9::boolean, b.score, b.conf, b.account_id, -b.niche_id)/*filters*/
    )
    order by b.score desc, b.conf desc, b.account_id desc
    limit $3::integer
  ) t
  order by t.score desc, t.conf desc, t.account_id desc
  limit $3::integer
)
select p.creator_id, r.account_id, p.score, p.conf, p.account_id as place, r.niche_id, r.conf as row_conf, r.country,
       r.l_rel, r.l_eng, r.l_auth, r.l_aff, r.l_loy, r.l_fresh,
       v.version, null::double precision[] as floors,
       s.engagement_theta, s.engagement_sigma, s.engagement_tau,
       case when $7::text[] is not null then (
         select array_agg(a.share order by t.i)
         from unnest($7::text[]) with ordinality as t (country, i)
         left join audience_share a on a.creator_id = p.creator_id and a.account_id = r.account_id
           and a.dimension = 'country' and a.bucket = t.country) end as shares,
       case when $7::text[] is not null then (
         select min(a.sample_n) from audience_share a
         where a.creator_id = p.creator_id and a.account_id = r.account_id and a.dimension = 'country') end as sample_n
from (select (select sum(n.version)::bigint from niche_version n
              where n.world = $1::smallint and n.niche_id = any($2::integer[]))
             + coalesce((select w.version from workspace w where w.workspace_id = $11::integer), 0) as version) v
left join top p on true
left join lateral (
  select m.account_id, m.niche_id, m.conf, m.country, m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh
  from niche_match m
  where m.creator_id = p.creator_id and (m.account_id = p.account_id or p.siblings) and m.niche_id = any($2::integer[])
    and m.related = $9::boolean/*filters*/
) r on true
left join lateral (
  select * from account_score c where $8::boolean and c.creator_id = p.creator_id and c.account_id = r.account_id
) s on true
order by p.score desc, p.conf desc, p.account_id desc, r.account_id, r.niche_id
