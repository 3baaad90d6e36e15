-- api_import_errors (src/api/imports.c): bad rows of a job, or one row of nulls if it has none; no row where it is not the workspace's ($3)
select e.line, e.column_name, e.value, e.reason, count(e.import_id) over () as kept, j.refused
from import_job j
left join import_error e using (import_id)
where j.import_id = $1::bigint and (j.workspace_id is null or j.workspace_id = $3::integer)
order by e.line, e.column_name
limit $2::bigint;
