-- warn_open: api/snapshot.c. Whether requests can take on a role of their own, and whether row-level security binds this user
select exists (select from pg_roles r where r.rolname = 'niched_app' and pg_has_role(session_user, r.oid, 'member')
               and has_table_privilege(r.oid, to_regclass('audit_log'), 'insert')) as has_role,
       (select not u.rolsuper and not u.rolbypassrls from pg_roles u where u.rolname = session_user) as bound
