-- A key that reads /metrics and nothing else, for Prometheus.

alter table api_key drop constraint api_key_scope_check;
alter table api_key add constraint api_key_scope_check check (scope in ('metrics', 'read', 'write', 'admin'));
comment on column api_key.scope is 'metrics (nothing but /metrics), read, write (and read) or admin (all)';
