-- keeper_run: api/snapshot.c. Where the benchmarks of the active model come from
select p.slug, b.basis, b.source, b.measured_on::text, b.n_accounts
from benchmark b
join model m on m.model_version = b.model_version and m.status = 'active'
join platform p on p.platform = b.platform
