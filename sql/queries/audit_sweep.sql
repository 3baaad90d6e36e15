-- audit_sweep: api/audit.c. Writes of more than $1 days ago, some at a time
delete from audit_log
where audit_id in (
  select audit_id from audit_log where at < now() - make_interval(days => $1::integer) order by at limit 10000
)
