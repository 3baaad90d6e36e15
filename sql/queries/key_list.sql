-- list: cli/cmd_key.c. All keys, newest first, as texts
select k.key_id, w.name as workspace, k.scope, k.name, to_char(k.created_at at time zone 'UTC', 'YYYY-MM-DD') as created,
       case when k.revoked_at is not null then 'revoked ' || to_char(k.revoked_at at time zone 'UTC', 'YYYY-MM-DD')
            when k.expires_at <= now() then 'expired'
            when k.expires_at is not null then 'until ' || to_char(k.expires_at at time zone 'UTC', 'YYYY-MM-DD')
            else 'good' end as state,
       coalesce(nullif(array_to_string(k.origins, ' '), ''), '-') as origins
from api_key k
join workspace w using (workspace_id)
order by k.key_id desc
