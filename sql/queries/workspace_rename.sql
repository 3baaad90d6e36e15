-- rename: cli/cmd_workspace.c. $1 becomes $2; no row: there is no $1, or a $2 already
update workspace w set name = $2
where w.name = $1 and not exists (select from workspace o where o.name = $2)
returning w.workspace_id
