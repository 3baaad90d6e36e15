-- write_rows (src/ingest/merge.c): the union of each account's sketch with the hashes of the file, of which the 256
-- smallest stay; theta is the first that found no room, so that the same people give the same sketch in any order
with fresh as (
  select n.creator_id, n.account_id, s.engager as hash
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
), old as (
  select k.creator_id, k.account_id, k.theta, k.hashes
  from audience_sketch k
  join (select distinct creator_id, account_id from fresh) t using (creator_id, account_id)
), pooled as (
  select creator_id, account_id, hash, bool_and(is_new) as is_new, min(theta) as theta
  from (
    select f.creator_id, f.account_id, f.hash, true as is_new, coalesce(o.theta, 1) as theta
    from fresh f
    left join old o using (creator_id, account_id)
    where o.theta is null or sketch_fraction(f.hash) < o.theta
    union all
    select o.creator_id, o.account_id, substring(o.hashes from 8 * i + 1 for 8), false, o.theta
    from old o
    cross join generate_series(0, length(o.hashes) / 8 - 1) i
  ) both_of
  group by creator_id, account_id, hash
), ranked as (
  select *, row_number() over (partition by creator_id, account_id order by hash) as nth from pooled
), limits as (
  select creator_id, account_id, coalesce(min(sketch_fraction(hash)) filter (where nth = 257), min(theta)) as theta
  from ranked
  where nth <= 257
  group by creator_id, account_id
), kept as (
  select r.creator_id, r.account_id, l.theta, string_agg(r.hash, ''::bytea order by r.hash) as hashes,
         count(*) filter (where r.is_new) as added
  from ranked r
  join limits l using (creator_id, account_id)
  where r.nth < 256 or (r.nth = 256 and sketch_fraction(r.hash) < l.theta)
  group by r.creator_id, r.account_id, l.theta
), written as (
  insert into audience_sketch as k (creator_id, account_id, theta, hashes)
  select creator_id, account_id, theta, hashes from kept
  on conflict (creator_id, account_id) do update set theta = excluded.theta, hashes = excluded.hashes
  where (k.theta, k.hashes) is distinct from (excluded.theta, excluded.hashes)
  returning creator_id, account_id
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key, old, old_xid)
  select w.creator_id, $1::bigint, 'audience_sketch', jsonb_build_object('account_id', w.account_id), to_jsonb(o), o.xmin::text::bigint
  from written w
  left join audience_sketch o on o.creator_id = w.creator_id and o.account_id = w.account_id
  where $1::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
)
select 0, coalesce(sum(added), 0)::bigint, 0 from kept;
