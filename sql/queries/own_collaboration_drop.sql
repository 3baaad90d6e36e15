-- own_drop: api/own_write.c. $1 workspace, $2 id. Its reports stay, tied to none
with gone as (
  delete from collaboration where workspace_id = $1::integer and collaboration_id = $2::bigint
  returning creator_id, collaboration_id
), untied as (
  update conversion_report r set collaboration_id = null
  from gone g
  where r.creator_id = g.creator_id and r.collaboration_id = g.collaboration_id and r.workspace_id = $1::integer
)
select collaboration_id from gone
