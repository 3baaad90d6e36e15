-- Compounds of niches without a niche of their own ("vegan, comedy") of which ranked rows are kept: niche_match and
-- niche_version under an id of a range of its own, so that such a list is one index range scan like any other.

create table niche_compound (
  compound_id  integer generated always as identity (start with 1000000) primary key,
  world        smallint not null references world,
  parts        integer[] not null check (cardinality(parts) between 2 and 8),
  state        text not null default 'asked' check (state in ('asked', 'kept')),
  requested_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  unique (world, parts)
);
comment on table niche_compound is 'Compounds that were asked for; of the kept ones there are rows in niche_match';
comment on column niche_compound.compound_id is 'niche_id of its rows in niche_match and niche_version; from 1,000,000 on, never used twice';
comment on column niche_compound.world is 'World whose creators it lists';
comment on column niche_compound.parts is 'Niches that it is made of, ascending';
comment on column niche_compound.state is 'asked: the scorer is to make its rows; kept: they are there, and follow their accounts';
comment on column niche_compound.requested_at is 'When it was first asked for';
comment on column niche_compound.last_used_at is 'When it was last asked for, within a minute: beyond NICHED_COMPOUNDS the oldest goes';

-- A compound has a version too; niches are retired, never deleted, so that the reference guarded nothing.
alter table niche_version drop constraint niche_version_niche_id_fkey;
comment on column niche_version.niche_id is 'Niche, or compound (from 1,000,000 on)';
comment on column niche_match.niche_id is 'Niche, or compound (from 1,000,000 on)';
