-- What `niched fit` adds to a model: where each number is from, and how the components of peers are spread.

alter table benchmark add column origin text not null default 'seed' check (origin in ('seed', 'fit'));
comment on column benchmark.origin is 'seed: published or assumed, see source; fit: from the live accounts of this store';

alter table niche_fit add column base_rate_posts double precision not null default 0 check (base_rate_posts >= 0);
alter table niche_fit add column creators integer not null default 0 check (creators >= 0);
comment on column niche_fit.base_rate_posts is 'Decayed posts behind the base rate, of all niches; 0: it is the seed''s';
comment on column niche_fit.creators is 'Creators behind the median size; 0: too few, the median is the assumed reference of 10,000';

create table niche_quantile (
  model_version text not null references model,
  niche_id      integer not null,
  platform      smallint not null references platform,
  size_bin      smallint not null,
  accounts      integer not null,
  scored_with   text not null,
  measured_on   date not null,
  engagement    real[] not null,
  authenticity  real[] not null,
  loyalty       real[] not null,
  freshness     real[] not null,
  relevance     real[],
  affordability real[],
  score         real[],
  primary key (model_version, niche_id, platform, size_bin)
);
comment on table niche_quantile is 'How the components of live peers are spread: 101 quantiles (minimum, percentiles, maximum) per niche, platform and size, from 50 accounts on';
comment on column niche_quantile.model_version is 'The model it belongs to';
comment on column niche_quantile.niche_id is 'Niche of the list; 0: the whole platform. Niches are retired, not deleted';
comment on column niche_quantile.platform is 'Platform';
comment on column niche_quantile.size_bin is 'floor(ln(followers) / 0.7): half a bin to each side is the neighbourhood of ln F +- 0.35';
comment on column niche_quantile.accounts is 'Accounts behind it, at least 50';
comment on column niche_quantile.scored_with is 'Model that most of them were scored with when it was measured: the one before, right after a fit';
comment on column niche_quantile.measured_on is 'Day it was measured';
comment on column niche_quantile.engagement is 'Quantiles of the component';
comment on column niche_quantile.authenticity is 'Quantiles of the component';
comment on column niche_quantile.loyalty is 'Quantiles of the component';
comment on column niche_quantile.freshness is 'Quantiles of the component';
comment on column niche_quantile.relevance is 'Quantiles of the component; null for the whole platform, where it has no meaning';
comment on column niche_quantile.affordability is 'Quantiles of the component; null for the whole platform';
comment on column niche_quantile.score is 'Quantiles of the match score, 0 to 1; null for the whole platform';
