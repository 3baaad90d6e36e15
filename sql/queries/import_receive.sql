-- open_upload (src/api/imports_post.c): a job for a file that comes now, unless $5 are under way or waiting already; $6 workspace that owns its rows or null
insert into import_job (kind, source, world, status, uploaded, options, received_at, touched_at, workspace_id)
select $1, $2, $3::smallint, 'receiving', true, $4::jsonb, clock_timestamp(), clock_timestamp(), $6::integer
where uploads_open() < $5::bigint
returning import_id;
