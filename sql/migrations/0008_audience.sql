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

create table lookalike_key (
  creator_id bigint not null,
  account_id bigint not null,
  niche_a    integer not null,
  niche_b    integer not null,
  world      smallint not null,
  platform   smallint not null,
  country    text,
  followers  bigint not null,
  niche_ids  integer[] not null,
  shares     smallint[] not null,
  primary key (creator_id, account_id, niche_a, niche_b)
);
create index lookalike_key_near on lookalike_key (world, niche_a, niche_b, followers, account_id)
  include (creator_id, platform, country, niche_ids, shares);
comment on table lookalike_key is 'Each pair of an account''s three strongest niches: accounts that share two of their three share a key, and are read from lookalike_key_near alone, nearest in followers first';
comment on column lookalike_key.creator_id is 'Owner';
comment on column lookalike_key.account_id is 'Account';
comment on column lookalike_key.niche_a is 'The lower id of the pair';
comment on column lookalike_key.niche_b is 'The higher one; the same again for an account with but one niche';
comment on column lookalike_key.world is 'live or sandbox';
comment on column lookalike_key.platform is 'Platform';
comment on column lookalike_key.country is 'Country';
comment on column lookalike_key.followers is 'Followers';
comment on column lookalike_key.niche_ids is 'The account''s strongest niches, strongest first, at most 16: its niche vector';
comment on column lookalike_key.shares is 'For each of them the decayed share of posts and profile about it, times 10,000';

-- for stores that were scored before; the scorer keeps it from here on
insert into lookalike_key
select v.creator_id, v.account_id, p.niche_a, p.niche_b, a.world, a.platform, a.country, a.followers, v.niche_ids, v.shares
from (
  select creator_id, account_id, array_agg(niche_id order by nth) as niche_ids, array_agg(share order by nth) as shares
  from (select n.creator_id, n.account_id, n.niche_id, round(10000 * least(n.k / n.n, 1))::smallint as share,
               row_number() over (partition by n.creator_id, n.account_id order by n.k desc, n.niche_id) as nth
        from creator_niche n where n.k > 0 and n.n > 0) x
  where nth <= 16
  group by creator_id, account_id
) v
join account a using (creator_id, account_id)
cross join lateral (
  select least(v.niche_ids[i], v.niche_ids[j]) as niche_a, greatest(v.niche_ids[i], v.niche_ids[j]) as niche_b
  from (values (1, 2), (1, 3), (2, 3)) q(i, j) where v.niche_ids[j] is not null
  union all
  select v.niche_ids[1], v.niche_ids[1] where cardinality(v.niche_ids) = 1
) p
where a.followers is not null;
