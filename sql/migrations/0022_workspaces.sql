-- Workspaces are kept apart by the database too, and what is written through a key is told.
--
-- Row-level security, forced, on what is private. It binds connections that answer requests: those that took the role
-- niched_app (which owns nothing) or, where there is no such role, said app.request = on. They see what is shared and the rows
-- of the workspace in app.workspace, which is set for one transaction; without it, what is shared. The operator's commands, the
-- scorer and imports see all. `niched migrate` makes the role and grants it what it needs, each time it runs.

-- imports of private rows are private
alter table import_job add column workspace_id integer references workspace on delete cascade;
comment on column import_job.workspace_id is 'Owner of the rows that it writes; null: they are shared';
update import_job j set workspace_id = (j.options ->> 'workspace')::integer
where exists (select from workspace w where w.workspace_id = (j.options ->> 'workspace')::integer);
create index import_job_workspace on import_job (workspace_id) where workspace_id is not null;
do $$
declare
  t text;
begin
  foreach t in array array['price', 'collaboration', 'conversion_report', 'import_job'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format($policy$
      create policy workspace on %I using (
        (select current_setting('app.request', true) is distinct from 'on' and current_user <> 'niched_app')
        or workspace_id is null
        or workspace_id = (select nullif(current_setting('app.workspace', true), '')::integer))
    $policy$, t);
  end loop;
end $$;

-- what hangs on one is copied in, which forced security does not permit: the owner is free of it, requests are not
alter table import_error enable row level security;
create policy workspace on import_error using (exists (select from import_job j where j.import_id = import_error.import_id));
alter table import_chunk enable row level security;
create policy workspace on import_chunk using (exists (select from import_job j where j.import_id = import_chunk.import_id));
alter table import_undo enable row level security;
create policy workspace on import_undo using (exists (select from import_job j where j.import_id = import_undo.import_id));

create function uploads_open() returns bigint language sql stable as $$
  select count(*) from import_job where uploaded and status in ('receiving', 'queued')
$$;
comment on function uploads_open() is 'Uploads that are under way or wait, of all workspaces';

-- These reach all workspaces: who is erased goes everywhere, who is linked takes everything along.
do $$
declare
  f regprocedure;
begin
  foreach f in array array['uploads_open()', 'forget_creators(bigint[])', 'link_creator(bigint, bigint)',
                           'unlink_account(bigint, bigint)', 'import_touched(bigint)']::regprocedure[]
  loop
    execute format('alter function %s security definer set search_path from current', f);
    execute format('revoke execute on function %s from public', f);
  end loop;
end $$;

create table audit_log (
  audit_id     bigint generated always as identity primary key,
  at           timestamptz not null default clock_timestamp(),
  key_id       bigint,
  workspace_id integer,
  method       text not null,
  operation    text not null,
  objects      text[] not null default '{}',
  status       smallint not null,
  request_id   text not null
);
create index audit_log_at on audit_log (at);
comment on table audit_log is 'Writes that were carried out, in the transaction of each; nothing in it says who a creator is';
comment on column audit_log.audit_id is 'Order of writing';
comment on column audit_log.at is 'When';
comment on column audit_log.key_id is 'Key that was sent; null: none (whoever may write without one)';
comment on column audit_log.workspace_id is 'Workspace of the key';
comment on column audit_log.method is 'HTTP method; command: of the command line';
comment on column audit_log.operation is 'operationId of openapi.yaml, or the words of a command';
comment on column audit_log.objects is 'What it was done to, as kind:id';
comment on column audit_log.status is 'HTTP status that was answered; 0: of the command line';
comment on column audit_log.request_id is 'X-Request-Id';
