-- Which secrets a store cannot do without, so that another file is noticed before erased creators come back.

create table secret_mark (
  mark       text primary key,
  first_used timestamptz not null default now()
);
comment on table secret_mark is 'The secrets that erased creators (tombstone) are remembered under: who serves or imports must have each of them';
comment on column secret_mark.mark is 'Keyed hash of nothing under the secret: tells it from another, and nothing about it';
comment on column secret_mark.first_used is 'When the first creator was erased under it';
