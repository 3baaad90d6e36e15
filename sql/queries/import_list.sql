-- api_imports, imports_show (src/api/imports.c): jobs of status $2, the newest first, behind $3; or the one of id $1; shared ones and those of the workspace $5
select j.import_id, j.status,
  case when j.uploaded and j.merged_rows = 0 and j.finished_at is null then j.options ->> 'kind' else j.kind end as kind,
  j.source, w.slug as world, (extract(epoch from coalesce(j.received_at, j.started_at)) * 1000000)::bigint as received_us,
  case when j.status not in ('receiving', 'queued') then (extract(epoch from j.started_at) * 1000000)::bigint end as started_us,
  (extract(epoch from j.finished_at) * 1000000)::bigint as finished_us, j.bytes_total, j.bytes, j.rows, j.accepted, j.refused,
  j.duplicates, j.created, j.updated, j.unchanged, j.accounts_created,
  case when j.rows > 0 and j.status in ('running', 'done', 'failed', 'cancelled') then j.rows / greatest(extract(epoch from coalesce(j.finished_at, j.touched_at) - j.started_at), 0.001)
  end::float8 as rows_per_s,
  j.status in ('done', 'failed', 'cancelled') and exists (select from import_undo u where u.import_id = j.import_id) as revertible,
  j.error
from import_job j
join world w using (world)
where j.import_id between coalesce($1::bigint, 0) and coalesce($1::bigint, 9223372036854775807)
  and j.import_id < coalesce($3::bigint, 9223372036854775807) and ($2::text is null or j.status = $2)
  and (j.workspace_id is null or j.workspace_id = $5::integer)
order by j.import_id desc
limit $4::bigint;
