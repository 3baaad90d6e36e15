-- scorer_step: score/model.c. Versions and clocks: key, value
select 'taxonomy', value from state where key = 'taxonomy_version'
union all
select 'model', model_version from model where status = 'active'
union all
select 'clock ' || world, (extract(epoch from clock) * 1000000)::bigint::text from world
