-- api_readyz: api/health.c
select (select max(version) from schema_migration),
       exists (select 1 from account_dirty where tries < 3),
       (select count(*) from account_dirty where tries >= 3)
