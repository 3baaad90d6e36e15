-- What overlap and lookalikes need: sketches that can be searched.

create table sketch_salt (
  world smallint primary key references world,
  mark  text not null
);
comment on table sketch_salt is 'Which salt the hashes of engagers were made with: hashes of two salts cannot be compared, so only one is let in';
comment on column sketch_salt.world is 'live or sandbox';
comment on column sketch_salt.mark is 'Keyed hash of nothing under that salt: tells it from another, and nothing about it';

create function sketch_fraction(hash bytea) returns double precision immutable strict parallel safe language sql
  return ('x0000' || encode(substring(hash from 1 for 6), 'hex'))::bit(64)::bigint / 281474976710656.0::double precision;
comment on function sketch_fraction(bytea) is 'Where a hash lies in the hash space, 0..1, by its first 48 bits: exact as a double, what theta is measured in';

-- one minimum for each of 32 parts of the people (the last five bits of the hash): two audiences share one with the
-- probability of their Jaccard index
create function sketch_buckets(hashes bytea) returns bigint[] immutable strict parallel safe language sql
  return (select coalesce(array_agg(h.hash order by h.hash), '{}') from (
    select distinct on (get_byte(hashes, 8 * i + 7) & 31) ('x' || encode(substring(hashes from 8 * i + 1 for 8), 'hex'))::bit(64)::bigint as hash
    from generate_series(0, length(hashes) / 8 - 1) i
    order by get_byte(hashes, 8 * i + 7) & 31, i) h);
comment on function sketch_buckets(bytea) is 'Up to 32 hashes of a sketch by which similar audiences find each other';

-- random bytes do not compress, and 2 KB beside the row would be two more reads a candidate
alter table audience_sketch alter column hashes set storage plain;
alter table audience_sketch add column buckets bigint[] generated always as (sketch_buckets(hashes)) stored;
comment on column audience_sketch.buckets is 'One minimum for each of 32 parts of the people: audiences with Jaccard index J share at least one with 1 - (1 - J)^32';
create index audience_sketch_buckets on audience_sketch using gin (buckets) with (fastupdate = off);

alter table import_job drop constraint import_job_kind_check;
alter table import_job add constraint import_job_kind_check
  check (kind in ('creators', 'posts', 'snapshots', 'prices', 'collaborations', 'conversions', 'engagers'));
