-- fit_activate: score/fit_write.c. The second half of a switch, to model $1
update model set status = 'active' where model_version = $1::text
returning pg_notify('niched', 'model')
