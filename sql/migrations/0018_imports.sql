-- Files over HTTP: the bytes of a file until it is imported, how far a job is, and what is needed to take its rows back.

alter table import_job drop constraint import_job_status_check;
alter table import_job add constraint import_job_status_check
  check (status in ('receiving', 'queued', 'running', 'reverting', 'done', 'failed', 'cancelled', 'reverted'));
alter table import_job
  add column uploaded       boolean not null default false,
  add column options        jsonb not null default '{}',
  add column received_at    timestamptz,
  add column touched_at     timestamptz,
  add column bytes_total    bigint,
  add column created        bigint not null default 0,
  add column updated        bigint not null default 0,
  add column unchanged      bigint not null default 0,
  add column accounts_created bigint not null default 0,
  add column erased         bigint not null default 0,
  add column merged_rows    bigint not null default 0,
  add column merged_refused bigint not null default 0,
  add column attempts       integer not null default 0,
  add column cancel_asked   boolean not null default false,
  add column outcome        text check (outcome in ('failed', 'cancelled', 'reverted')),
  add column fallback       text check (fallback in ('done', 'failed', 'cancelled')),
  add column error          text;
comment on column import_job.status is 'receiving (an upload), queued, running, reverting, done, failed, cancelled or reverted; nothing of the last three is in the store unless accepted is above 0';
comment on column import_job.uploaded is 'Its file came over HTTP and is in import_chunk until the job is over';
comment on column import_job.options is 'What the upload asked for: kind, platform, format, delimiter, encoding, map, strict, observed_at, latest_at, as texts';
comment on column import_job.received_at is 'When the upload began';
comment on column import_job.touched_at is 'When the upload or the job last moved';
comment on column import_job.bytes_total is 'Bytes of the file as it came; null for a file that the command line read';
comment on column import_job.created is 'Of the accepted: rows that made something';
comment on column import_job.updated is 'Of the accepted: rows that changed something';
comment on column import_job.unchanged is 'Of the accepted: rows that said nothing new';
comment on column import_job.accounts_created is 'Accounts that the file made';
comment on column import_job.erased is 'Of the refused: creators who asked to be forgotten';
comment on column import_job.merged_rows is 'Rows of the file that are dealt with for good: where a job begins again';
comment on column import_job.merged_refused is 'Of them refused';
comment on column import_job.attempts is 'How often it was begun since it last came further';
comment on column import_job.cancel_asked is 'Whoever runs it is to stop';
comment on column import_job.outcome is 'Status it gets once its rows are taken back';
comment on column import_job.fallback is 'Status it gets if they cannot be taken back';
comment on column import_job.error is 'Why it failed, or why its rows stay';
create index import_job_open on import_job (import_id) where status in ('receiving', 'queued', 'running', 'reverting');

create table import_chunk (
  import_id bigint not null references import_job on delete cascade,
  nth       integer not null,
  data      bytea not null,
  primary key (import_id, nth)
);
alter table import_chunk alter column data set storage external;
comment on table import_chunk is 'The bytes of an upload, in pieces, until its job is over';
comment on column import_chunk.import_id is 'The import';
comment on column import_chunk.nth is 'Which piece, from 0';
comment on column import_chunk.data is 'Bytes as they came; not compressed, files mostly are or soon go';

-- Only what an import wrote, with what was there before. What is written over by somebody else has another xmin.
create table import_undo (
  creator_id bigint not null,
  import_id  bigint not null,
  place      text not null,
  key        jsonb not null,
  old        jsonb,
  xid        bigint not null default (pg_current_xact_id()::xid::text::bigint),
  old_xid    bigint,
  primary key (creator_id, import_id, place, key)
);
create index import_undo_job on import_undo (import_id);
comment on table import_undo is 'Rows that an import made or changed, to take it back';
comment on column import_undo.creator_id is 'Owner';
comment on column import_undo.import_id is 'The import; its row may be gone';
comment on column import_undo.place is 'Table';
comment on column import_undo.key is 'Primary key of the row but for creator_id';
comment on column import_undo.old is 'The row as it was; null: it was made';
comment on column import_undo.xid is 'Transaction that wrote the row last for this import: while it is the row''s xmin, nothing newer touched it';
comment on column import_undo.old_xid is 'Transaction that had written it before';

create function import_key_columns(place text) returns text[] language sql stable as $$
  select array_agg(a.attname::text order by k.n)
  from pg_index i
  cross join lateral unnest(i.indkey::smallint[]) with ordinality k (attnum, n)
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
  where i.indrelid = place::regclass and i.indisprimary
$$;
comment on function import_key_columns(text) is 'Columns of a table''s primary key';

-- "t.a = k.a and t.b = k.b": a row t of the table, its key k (of the note u)
create function import_key_join(place text) returns text language sql stable as $$
  select string_agg(case when c = 'creator_id' then 't.creator_id = u.creator_id' else format('t.%1$I = k.%1$I', c) end, ' and ')
  from unnest(import_key_columns(place)) c
$$;
comment on function import_key_join(text) is 'The condition that joins a table t to notes u with keys k';

-- Tables that are made from evidence or about it: they go with a creator without being asked.
create function import_evidence() returns setof text language sql stable as $$
  select c.table_name::text from information_schema.columns c
  join information_schema.tables b using (table_schema, table_name)
  where c.table_schema = current_schema() and c.column_name = 'creator_id' and b.table_type = 'BASE TABLE'
    and c.table_name not in ('account_score', 'creator_niche', 'niche_match', 'account_dirty', 'lookalike_key', 'import_undo',
      'score_history')
$$;
comment on function import_evidence() is 'Tables with what was observed of creators';

create function import_touched(job bigint) returns table (place text, rows bigint, creators bigint[]) language plpgsql as $$
declare
  t text;
begin
  for t in select distinct u.place from import_undo u where u.import_id = job order by 1
  loop
    return query execute format(
      'select %1$L::text, count(*), (array_agg(distinct u.creator_id))[1:5] from import_undo u'
      ' cross join lateral jsonb_populate_record(null::%1$I, u.key) k left join %1$I t on %2$s'
      ' where u.import_id = $1 and u.place = %1$L and t.xmin::text::bigint is distinct from u.xid'
      ' and not exists (select from import_undo v where v.creator_id = t.creator_id and v.import_id = u.import_id'
      '   and v.place = u.place and v.key = u.key and v.xid = t.xmin::text::bigint) having count(*) > 0',
      t, import_key_join(t)) using job;
  end loop;
  for t in select e from import_evidence() e
  loop
    return query execute format(
      'with made as materialized (select creator_id from import_undo where import_id = $1 and place = ''creator'' and old is null),'
      ' here as (select t.creator_id, count(*) as n from %1$I t join made using (creator_id) group by 1),'
      ' noted as (select u.creator_id, count(*) as n from import_undo u join made using (creator_id)'
      '   where u.import_id = $1 and u.place = %1$L group by 1)'
      ' select %1$L::text, sum(h.n - coalesce(o.n, 0))::bigint, (array_agg(h.creator_id))[1:5] from here h'
      ' left join noted o using (creator_id) where h.n > coalesce(o.n, 0) having count(*) > 0', t) using job;
  end loop;
end $$;
comment on function import_touched(bigint) is 'What keeps an import from being taken back: rows of it that were written since, and rows that hang on creators it made. None: nothing does';

create function import_revert(job bigint) returns bigint language plpgsql as $$
declare
  t text;
  made bigint[] := array(select u.creator_id from import_undo u where u.import_id = job and u.place = 'creator' and u.old is null);
  taken bigint := (select count(*) from import_undo u where u.import_id = job);
begin
  -- a name that changed hands goes back to its owner, if there still is one
  update import_undo u set old = null
  where u.import_id = job and u.place = 'account_key' and u.old is not null
    and not exists (select from creator c where c.creator_id = (u.old ->> 'creator_id')::bigint);
  for t in select distinct u.place from import_undo u where u.import_id = job and u.place <> 'creator' order by 1
  loop
    execute format(
      'delete from %1$I t using import_undo u cross join lateral jsonb_populate_record(null::%1$I, u.key) k'
      ' where u.import_id = $1 and u.place = %1$L and u.old is null and not u.creator_id = any($2) and %2$s', t, import_key_join(t))
      using job, made;
    execute (
      select format(
        'update %1$I t set (%3$s) = (select %4$s from jsonb_populate_record(t, u.old) r)'
        ' from import_undo u cross join lateral jsonb_populate_record(null::%1$I, u.key) k'
        ' where u.import_id = $1 and u.place = %1$L and u.old is not null and %2$s',
        t, import_key_join(t), string_agg(format('%I', c.column_name), ', '), string_agg(format('r.%I', c.column_name), ', '))
      from information_schema.columns c
      where c.table_schema = current_schema() and c.table_name = t and c.is_generated = 'NEVER'
        and c.column_name <> all (import_key_columns(t))) using job;
  end loop;
  -- the rows are again what an earlier import left: it may be taken back in its turn
  update import_undo e set xid = pg_current_xact_id()::xid::text::bigint
  from import_undo u
  where u.import_id = job and e.import_id <> job and e.creator_id = u.creator_id and e.place = u.place and e.key = u.key
    and e.xid = u.old_xid;
  update niche_version v set version = v.version + 1
  where (v.world, v.niche_id) in (select m.world, m.niche_id from niche_match m where m.creator_id = any(made));
  insert into account_dirty as d (creator_id, account_id)
  select a.creator_id, a.account_id from account a
  where a.creator_id in (select u.creator_id from import_undo u where u.import_id = job) and not a.creator_id = any(made)
  order by 1, 2
  on conflict (creator_id, account_id) do update set tries = 0, error = null;
  perform forget_creators(made);
  update workspace set version = version + 1;
  delete from import_undo u where u.import_id = job;
  perform pg_notify('niched', 'scored'), pg_notify('niched_dirty', 'reverted');
  return taken;
end $$;
comment on function import_revert(bigint) is 'Takes back all rows of an import, as import_touched() found nothing against it; under the importer''s lock. How many there were';
