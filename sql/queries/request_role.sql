-- greet: store/pipe_connect.c, writer_begin: api/writer.c. A connection that answers requests takes on the role that owns nothing, where
-- there is one that was granted what it needs; else it says what it is
with taken as materialized (
  select set_config('role', r.rolname, false) as role from pg_roles r
  where r.rolname = 'niched_app' and pg_has_role(session_user, r.oid, 'member')
    and has_table_privilege(r.oid, to_regclass('audit_log'), 'insert')
)
select case when (select count(t.role) from taken t) = 0 then set_config('app.request', 'on', false) end
