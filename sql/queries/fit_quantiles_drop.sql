-- fit_run: score/fit_write.c. Makes room for fit_quantiles of model $1
delete from niche_quantile where model_version = $1::text
