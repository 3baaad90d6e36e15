-- api_match: api/match_diagnosis.c. The candidates of the niches $2 in the world $1 by the set of filters that they do not
-- pass; beside each set of one filter the nearest bound (near; negative for a lower one) or the most frequent word that would
-- let somebody in, and how many. The marks are made from the lines of the filters
with part as (
  select c.person, c.fails, c.unknowns, c.near, c.word, count(*) as n
  from (
    select case when m.siblings then m.creator_id end as person, m.fails, m.unknowns, /*near*/ as near, /*word*/ as word
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
  group by c.person, c.fails, c.unknowns, c.near, c.word
)
select distinct on (p.person, p.fails, p.unknowns, v.near, v.word) p.fails, p.unknowns,
       (sum(p.n) over (partition by p.person, p.fails, p.unknowns))::bigint as n, p.near, p.word, p.n as near_n, p.person
from part p
cross join lateral (
  select case when p.person is not null then p.near end as near, case when p.person is not null then p.word end as word
) v
order by p.person nulls first, p.fails, p.unknowns, v.near, v.word, p.near, p.n desc, p.word collate "C"
