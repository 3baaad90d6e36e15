-- delete: cli/cmd_workspace.c. The workspace $1 with its keys, its rows and its imports; what it was in the log of writes stays.
-- The first one, which those without a key have, is not deleted. How many rows; no row: there is none
with gone as materialized (
  select w.workspace_id from workspace w where w.name = $1 and w.workspace_id <> 1
), reports as (
  delete from conversion_report r using gone g where r.workspace_id = g.workspace_id returning 1
), collaborations as (
  delete from collaboration c using gone g where c.workspace_id = g.workspace_id returning 1
), prices as (
  delete from price p using gone g where p.workspace_id = g.workspace_id returning 1
), notes as (
  delete from import_undo u using gone g, import_job j where j.workspace_id = g.workspace_id and u.import_id = j.import_id
), jobs as (
  delete from import_job j using gone g where j.workspace_id = g.workspace_id
), keys as (
  delete from api_key k using gone g where k.workspace_id = g.workspace_id
), done as (
  delete from workspace w using gone g where w.workspace_id = g.workspace_id returning 1
)
select (select count(*) from prices) + (select count(*) from collaborations) + (select count(*) from reports),
       pg_notify('niched', 'keys') is null
from done
