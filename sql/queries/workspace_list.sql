-- list: cli/cmd_workspace.c. All workspaces with what they keep, as texts
select w.workspace_id, w.name, to_char(w.created_at at time zone 'UTC', 'YYYY-MM-DD') as created,
       (select count(*) from api_key k where k.workspace_id = w.workspace_id and k.revoked_at is null
        and (k.expires_at is null or k.expires_at > now())) as keys,
       (select count(*) from price p where p.workspace_id = w.workspace_id) as prices,
       (select count(*) from collaboration c where c.workspace_id = w.workspace_id) as collaborations,
       (select count(*) from conversion_report r where r.workspace_id = w.workspace_id) as conversions
from workspace w
order by w.workspace_id
