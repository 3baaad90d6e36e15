-- The least value of each component among the rows that a niche lists: a ranking by own weights reads the stored order until no
-- row can be ahead any more, and without them each component may have lost all. `bounded` makes whoever writes rows without
-- keeping them (a scorer of an earlier version) do no harm.
alter table niche_version
  add column floors double precision[],
  add column bounded bigint not null default -1;
comment on column niche_version.floors is 'At most what the listed rows have of l_rel, l_eng, l_auth, l_aff, l_loy, l_fresh; null without listed rows, and of compounds';
comment on column niche_version.bounded is 'The version of which floors are right: another than version says that they are unknown';

update niche_version v
set bounded = v.version,
    floors = (select case when count(*) > 0 then array[min(m.l_rel), min(m.l_eng), min(m.l_auth), min(m.l_aff), min(m.l_loy), min(m.l_fresh)] end
              from niche_match m
              where m.world = v.world and m.niche_id = v.niche_id and m.related = false)
where v.niche_id < 1000000;
