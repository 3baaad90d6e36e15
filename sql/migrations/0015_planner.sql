-- Percentiles are read from the list of peers itself (standing_peers.sql): nothing reads quantiles kept beside it.

drop table niche_quantile;
