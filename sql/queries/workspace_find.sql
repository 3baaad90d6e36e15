-- find_workspace: cli/cmd_import.c. The id of the workspace $1, and the names there are
select (select w.workspace_id from workspace w where w.name = $1::text) as workspace_id,
       (select string_agg(w.name, ', ' order by w.name) from workspace w) as names
