-- audit_write: api/audit.c, cli_audit: cli/cli.c. Writes, in their own transaction: keys $1 and workspaces $2 (0: none), methods $3,
-- operations $4, objects $5 (null: none), statuses $6, request ids $7
insert into audit_log (key_id, workspace_id, method, operation, objects, status, request_id)
select nullif(k, 0), nullif(w, 0), m, o, array_remove(array[x], null), s, r
from unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::text[]) a (k, w, m, o, x, s, r)
