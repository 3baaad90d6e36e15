-- Derived rows: what the scorer computes from evidence. A function of the evidence, the taxonomy and the model alone:
-- rescoring writes no row that would be the same. No foreign keys: the scorer writes what it has just looked up, niches
-- retire and are not deleted, and the checks would cost 40 % of the writing (measured).

create table account_dirty (
  creator_id bigint not null,
  account_id bigint not null,
  tries      smallint not null default 0,
  error      text,
  primary key (creator_id, account_id)
);
comment on table account_dirty is 'Accounts with evidence that is not scored yet; the scorer deletes a row when done';
comment on column account_dirty.creator_id is 'Owner';
comment on column account_dirty.account_id is 'Account';
comment on column account_dirty.tries is 'Failed attempts; set aside from 3 on';
comment on column account_dirty.error is 'Why the last attempt failed';

create table account_score (
  creator_id         bigint not null,
  account_id         bigint not null,
  world              smallint not null,
  model_version      text not null,
  due_at             timestamptz,
  posts              integer not null,
  last_post_at       timestamptz,
  niche_ids          integer[] not null,
  post_weights       real[] not null,
  bio_weight         double precision not null,
  engagement         double precision not null,
  engagement_basis   text not null check (engagement_basis in ('followers', 'views', 'totals', 'none')),
  engagement_rate    double precision,
  engagement_usual   double precision not null,
  engagement_theta   double precision not null,
  engagement_sigma   double precision not null,
  engagement_n       double precision not null,
  engagement_shrink  double precision not null,
  engagement_post_sd double precision not null,
  engagement_typical double precision not null,
  engagement_tau     double precision not null,
  authenticity       double precision not null,
  audience_credibility double precision not null,
  conversation       double precision not null,
  signal_phi         double precision[] not null,
  signal_measured    integer not null,
  price_usd          double precision not null,
  price_source       text not null check (price_source in ('quote', 'rate_card', 'history', 'prior')),
  loyalty            double precision not null,
  brands             integer not null,
  brands_repeated    integer not null,
  rival_brands       boolean not null,
  consistency        double precision,
  returning_audience double precision,
  freshness          double precision not null,
  gap_days           double precision not null,
  posts_per_week     double precision not null,
  primary key (creator_id, account_id)
);
create index account_score_due on account_score (world, due_at) where due_at is not null;
comment on table account_score is 'Everything about an account''s score that is the same in every niche';
comment on column account_score.creator_id is 'Owner';
comment on column account_score.account_id is 'Account';
comment on column account_score.world is 'live or sandbox: whose clock due_at is read by';
comment on column account_score.model_version is 'Model it was scored with';
comment on column account_score.due_at is 'When time alone will change the row, always a midnight UTC (a freshness step, a booking or a price begins or ends to count); null if never';
comment on column account_score.posts is 'Recent posts read, 0..64';
comment on column account_score.last_post_at is 'Newest post';
comment on column account_score.niche_ids is 'Niches with direct evidence, strongest first, at most 8';
comment on column account_score.post_weights is 'Weight of each recent post, newest first: 2^(-age/60 d), age from the newest; 0 for a post without any text. k and n of creator_niche are sums of these';
comment on column account_score.bio_weight is 'Weight of the profile among the evidence: 2 if it names any niche, else 0';
comment on column account_score.engagement is 'Component, 0..1: percentile among creators of the same platform, basis and size, less caution';
comment on column account_score.engagement_basis is 'Denominator of the rate; totals: account totals; none: nothing measured';
comment on column account_score.engagement_rate is 'Robust typical rate, a fraction that may exceed 1; null if nothing was measured';
comment on column account_score.engagement_usual is 'Rate that is usual at this size';
comment on column account_score.engagement_theta is 'Shrunk ln ratio to the usual rate';
comment on column account_score.engagement_sigma is 'Its standard deviation';
comment on column account_score.engagement_n is 'Effective number of posts behind it, after the design effect';
comment on column account_score.engagement_shrink is 'Share of the creator''s own evidence in theta (B), 0..1';
comment on column account_score.engagement_post_sd is 'Spread of the creator''s posts, sd of ln rate';
comment on column account_score.engagement_tau is 'Spread of creators about the curve that it was compared with';
comment on column account_score.engagement_typical is 'Typical engagements of a post';
comment on column account_score.authenticity is 'Component, 0..1: weight of evidence that nothing is unusual';
comment on column account_score.audience_credibility is 'The signals about the audience alone';
comment on column account_score.conversation is 'The signals about how the creator converses alone';
comment on column account_score.signal_phi is 'phi of each signal in the order of the signal table, -1..1, 0 if not measured';
comment on column account_score.signal_measured is 'Bit i: signal i was measured';
comment on column account_score.price_usd is 'USD for one post, quoted or by the prior for this size';
comment on column account_score.price_source is 'quote, rate_card, history or prior';
comment on column account_score.loyalty is 'Component, 0..1';
comment on column account_score.brands is 'Brands of the last 24 months';
comment on column account_score.brands_repeated is 'Of them booked again, more than 14 days later';
comment on column account_score.rival_brands is 'Two brands of one trade within 90 days';
comment on column account_score.consistency is 'exp(-cv of the gaps between posts); null with fewer than 5 posts';
comment on column account_score.returning_audience is 'Recurring of distinct comment authors under the newest 5 posts; null if unknown';
comment on column account_score.freshness is 'Component, 0.02..1: lower ones count as 0.02';
comment on column account_score.gap_days is 'Expected days between posts';
comment on column account_score.posts_per_week is 'Posts a week';

create table creator_niche (
  creator_id bigint not null,
  account_id bigint not null,
  niche_id   integer not null,
  k          double precision not null,
  n          double precision not null,
  focus      double precision not null,
  posts      smallint not null,
  post_mask  bigint not null,
  profile    double precision not null,
  words      text[] not null,
  primary key (creator_id, account_id, niche_id)
);
create index creator_niche_niche on creator_niche (niche_id, creator_id, account_id);
comment on table creator_niche is 'Direct evidence of an account for a niche, also where it is too thin (k below 0.6) to make a member';
comment on column creator_niche.creator_id is 'Owner';
comment on column creator_niche.account_id is 'Account';
comment on column creator_niche.niche_id is 'Niche';
comment on column creator_niche.k is 'Decayed weight of posts about it, plus the profile''s';
comment on column creator_niche.n is 'Decayed weight of all posts with text, plus the profile''s';
comment on column creator_niche.focus is 'g, 0..1: concave in the shrunk share of posts';
comment on column creator_niche.posts is 'Recent posts about it';
comment on column creator_niche.post_mask is 'Bit i: the i-th newest post is about it; joint evidence of several niches is the AND';
comment on column creator_niche.profile is 'How surely the profile names it, 0..1; less when it names several: bio_weight times this is in k';
comment on column creator_niche.words is 'The words that prove it, "where: word", at most 8';

create table niche_match (
  creator_id bigint not null,
  account_id bigint not null,
  niche_id   integer not null,
  world      smallint not null,
  related    boolean not null,
  kind       text not null check (kind in ('direct', 'all_parents', 'related')),
  score      integer not null check (score between 0 and 10000),
  conf       integer not null check (conf between 0 and 10000),
  sd         real not null,
  followers  bigint not null,
  platform   smallint not null,
  country    text,
  language   text,
  price_usd  double precision not null,
  l_rel      double precision not null,
  l_eng      double precision not null,
  l_auth     double precision not null,
  l_aff      double precision not null,
  l_loy      double precision not null,
  l_fresh    double precision not null,
  focus      double precision not null,
  cpe_usual_usd double precision not null,
  rel_sd     double precision not null,
  rel_prior_sd double precision not null,
  primary key (creator_id, account_id, niche_id)
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
create index niche_match_rank on niche_match
  (world, niche_id, related, score desc, conf desc, account_id desc)
  include (creator_id, followers, platform, country, language, price_usd, l_rel, l_eng, l_auth, l_aff, l_loy, l_fresh);
comment on table niche_match is 'The ranked list of every niche: one row an account and niche, filtered and read in the order of niche_match_rank';
comment on column niche_match.creator_id is 'Owner';
comment on column niche_match.account_id is 'Account';
comment on column niche_match.niche_id is 'Niche';
comment on column niche_match.world is 'live or sandbox';
comment on column niche_match.related is 'kind = related: not listed unless asked for';
comment on column niche_match.kind is 'direct: own evidence; all_parents: evidence for every parent of the intersection; related: less';
comment on column niche_match.score is 'Match score times 10,000: product of the components to their weights';
comment on column niche_match.conf is 'Confidence times 10,000';
comment on column niche_match.sd is 'Standard deviation of ln score, for the interval';
comment on column niche_match.followers is 'Followers';
comment on column niche_match.platform is 'Platform';
comment on column niche_match.country is 'Country';
comment on column niche_match.language is 'Language';
comment on column niche_match.price_usd is 'USD for one post';
comment on column niche_match.l_rel is 'ln relevance';
comment on column niche_match.l_eng is 'ln engagement';
comment on column niche_match.l_auth is 'ln authenticity';
comment on column niche_match.l_aff is 'ln affordability';
comment on column niche_match.l_loy is 'ln loyalty';
comment on column niche_match.l_fresh is 'ln freshness';
comment on column niche_match.focus is 'g of the niche itself, 0..1; the rest of relevance was transferred';
comment on column niche_match.rel_sd is 'Standard deviation of ln relevance: with it a compound is scored from this row';
comment on column niche_match.rel_prior_sd is 'The same without evidence';
comment on column niche_match.cpe_usual_usd is 'Usual USD per engagement at the niche''s median size: what affordability compares with';

create function forget_creators(ids bigint[]) returns void language plpgsql as $$
declare
  t text;
begin
  for t in select c.table_name from information_schema.columns c
           join information_schema.tables b using (table_schema, table_name)
           where c.table_schema = current_schema() and c.column_name = 'creator_id'
             and b.table_type = 'BASE TABLE' and c.table_name <> 'creator'
           order by c.table_name
  loop
    execute format('delete from %I where creator_id = any($1)', t) using ids;
  end loop;
  delete from creator where creator_id = any(ids);
end $$;
comment on function forget_creators(bigint[]) is 'Deletes creators from every table that has a creator_id; used by erasure and by sandbox --purge';
