-- api_match: api/match_facets.c. How many there are by the values of each facet, under the filters less those that the facet
-- ignores. $1 world, $2 niches. The marks are made from the lines of the filters and of the facets. One scan: the grouping sets
-- are hashed side by side (a group of all facets at once would be sorted, at twice the time). A creator with several accounts
-- counts once for each value that one of them has
select v.facet, v.value, (coalesce(sum(p.n) filter (where p.person is null), 0) + count(distinct p.person))::bigint as n
from (
  select m.fails, m.person, count(*) as n, grouping(m.fails/*keys*/) as missing/*keys*/
  from (
    select m.fails, case when m.siblings then m.creator_id end as person/*columns*/
    from (
      select m.*, /*fails*/ as fails
      from (
        select m.*/*tests*/
        from niche_match m
        where m.world = $1::smallint and m.related = false and /*candidates*/
        offset 0
      ) m
      offset 0
    ) m
    where (m.fails & ~(/*ignored*/)) = 0
  ) m
  group by grouping sets ((m.fails, m.person)/*sets*/)
) p
cross join lateral (values (0, ''::text, 0::bigint, /*total*/)/*values*/) v (facet, value, ignored, missing)
where p.missing = v.missing and (p.fails & ~v.ignored) = 0
group by v.facet, v.value
order by v.facet, n desc, v.value collate "C"
