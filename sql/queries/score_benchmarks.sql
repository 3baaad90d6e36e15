-- scorer_open: score/model.c. The active model's curves
select p.slug, b.basis, b.alpha, b.beta, b.tau, b.s, b.n_accounts
from benchmark b join model m using (model_version) join platform p using (platform)
where m.status = 'active'
