-- fit_run: score/fit_write.c. The active model's version, and the curves it has rows of
select m.model_version, p.slug, b.basis, b.alpha, b.beta, b.tau, b.s, b.n_accounts, b.source, b.measured_on::text, b.origin
from model m
left join benchmark b using (model_version)
left join platform p using (platform)
where m.status = 'active'
