-- api_match: api/match_diagnosis.c. The candidates of the niches $2 in the world $1 by the set of filters that they do not
-- pass; beside each set of one filter the nearest bound (near; negative for a lower one) or the most frequent word that would
-- let somebody in, and how many. The marks are made from the lines of the filters
with part as (
  select c.fails, c.unknowns, c.near, c.word, count(*) as n
  from (
    select m.fails, m.unknowns, /*near*/ as near, /*word*/ as word
    from (
      select m.*, /*fails*/ as fails, /*unknowns*/ as unknowns
      from (
        select m.*/*tests*/
        from niche_match m
        where m.world = $1::smallint and m.related = false and /*candidates*/
        offset 0
      ) m
      offset 0
    ) m
  ) c
  group by c.fails, c.unknowns, c.near, c.word
)
select distinct on (p.fails, p.unknowns) p.fails, p.unknowns,
       (sum(p.n) over (partition by p.fails, p.unknowns))::bigint as n, p.near, p.word, p.n as near_n
from part p
order by p.fails, p.unknowns, p.near, p.n desc, p.word collate "C"
