-- send_workspace: store/pipe.c. Whose private rows the statements of this transaction may see
select set_config('app.workspace', $1, true)
