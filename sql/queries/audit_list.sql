-- list: cli/cmd_audit.c. The newest $1 writes, of the key $2 and on the object $3 where they are given, as texts
select to_char(l.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at, coalesce(l.key_id::text, '-') as key,
       coalesce(w.name, l.workspace_id::text, '-') as workspace, l.method, l.operation,
       coalesce(nullif(array_to_string(l.objects, ' '), ''), '-') as objects, coalesce(nullif(l.status, 0)::text, '-') as status, l.request_id
from audit_log l
left join workspace w using (workspace_id)
where ($2::bigint is null or l.key_id = $2::bigint) and ($3::text is null or $3::text = any(l.objects))
order by l.audit_id desc
limit $1::integer
