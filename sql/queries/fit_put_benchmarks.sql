-- fit_run: score/fit_write.c. Curves of model $1 as parallel arrays
insert into benchmark (model_version, platform, basis, alpha, beta, tau, s, n_accounts, source, measured_on, origin)
select $1::text, p.platform, r.basis, r.alpha, r.beta, r.tau, r.s, r.n_accounts, r.source, r.measured_on, r.origin
from unnest($2::text[], $3::text[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::integer[], $9::text[],
            $10::date[], $11::text[])
     r(slug, basis, alpha, beta, tau, s, n_accounts, source, measured_on, origin)
join platform p on p.slug = r.slug
