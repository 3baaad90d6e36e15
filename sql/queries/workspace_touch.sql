-- write_rows (src/ingest/merge.c), drop_row (src/api/own_write.c): a row of the workspace $1 is another now
update workspace set version = version + 1 where workspace_id = $1::integer
returning pg_notify('niched', 'workspace')
