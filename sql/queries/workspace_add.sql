-- create: cli/cmd_workspace.c. No row: there is one of that name
insert into workspace (name) values ($1) on conflict (name) do nothing returning workspace_id
