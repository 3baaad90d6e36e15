-- grant_role: store/migrate.c. The role that requests take on, where it may be made, and what it needs. Only what this user owns,
-- and has not granted yet; keys are not for it, and of what was written it can only add
do $$
declare
  t record;
begin
  if not exists (select from pg_roles where rolname = 'niched_app') then
    begin
      create role niched_app nologin;
    exception when insufficient_privilege or duplicate_object or unique_violation then
      null; -- an administrator has to, or another database just did
    end;
  end if;
  if not exists (select from pg_roles where rolname = 'niched_app') then
    return;
  end if;
  if not pg_has_role(current_user, 'niched_app', 'member') then
    begin
      execute format('grant niched_app to %I', current_user);
    exception when insufficient_privilege then
      null;
    end;
  end if;
  execute format('grant usage on schema %I to niched_app', current_schema());
  for t in
    select c.oid::regclass as name, c.relkind,
           case when c.relkind = 'S' then 'usage' when c.relname = 'api_key' then null when c.relname = 'schema_migration' then 'select' when c.relname = 'audit_log' then 'insert'
                when c.relname = 'workspace' then 'select, update' else 'select, insert, update, delete' end as rights
    from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'S') and pg_has_role(c.relowner, 'usage')
  loop
    if t.rights is not null then
      execute format('grant %s on %s %s to niched_app', t.rights, case when t.relkind = 'S' then 'sequence' else 'table' end, t.name);
    end if;
  end loop;
  for t in
    select p.oid::regprocedure as name from pg_proc p
    where p.pronamespace = current_schema()::regnamespace and p.prosecdef and pg_has_role(p.proowner, 'usage')
  loop
    execute format('grant execute on function %s to niched_app', t.name);
  end loop;
end $$
