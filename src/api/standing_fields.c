/* What a standing says: tables of data. Lines without a JSON key are read for what is computed of them. */
#include "match.h"
#include "standing.h"

#define READ(type, member, column)      FIELD(type, struct standing, member, NULL, NULL, column, 0)
#define SHOW(type, member, group, json) FIELD(type, struct standing, member, group, json, NULL, 0)
#define SHOW_F(member, group, json, decimals)                                                                \
    FIELD(FIELD_F64, struct standing, member, group, json, NULL, decimals)

const struct field standing_account_fields[] = {
    READ(FIELD_ID, creator_id, "creator_id"),
    READ(FIELD_I64, account_id, "account_id"),
    READ(FIELD_TEXT, name, "name"),
    READ(FIELD_TEXT, platform, "platform"),
    READ(FIELD_TEXT, username, "username"),
    READ(FIELD_TEXT, url, "url"),
    READ(FIELD_I64, followers, "followers"),
    READ(FIELD_I64, strongest_id, "strongest_id"),
    READ(FIELD_I64, niche_id, "niche_id"),
    READ(FIELD_TEXT, kind, "kind"),
    READ(FIELD_I64, niche_posts, "niche_posts"),
    READ(FIELD_F64, profile, "profile"),
    READ(FIELD_I64, posts, "posts"),
    READ(FIELD_I64, score, "score"),
    READ(FIELD_I64, conf, "conf"),
    READ(FIELD_F64, sd, "sd"),
    MATCH_LN_FIELDS(struct standing),
    READ(FIELD_TEXT, engagement_basis, "engagement_basis"),
    READ(FIELD_F64, rate, "engagement_rate"),
    READ(FIELD_F64, usual_rate, "engagement_usual"),
    READ(FIELD_F64, theta, "engagement_theta"),
    READ(FIELD_F64, sigma, "engagement_sigma"),
    READ(FIELD_F64, tau, "engagement_tau"),
    READ(FIELD_F64, posts_effective, "engagement_n"),
    READ(FIELD_F64, typical, "engagement_typical"),
    READ(FIELD_TEXTS, signal_phi, "signal_phi"),
    READ(FIELD_I64, signal_measured, "signal_measured"),
    READ(FIELD_I64, brands, "brands"),
    READ(FIELD_F64, consistency, "consistency"),
    READ(FIELD_F64, posts_per_week, "posts_per_week"),
    READ(FIELD_F64, cpe_usual_usd, "cpe_usual_usd"),
    READ(FIELD_F64, price_usd, "price_usd"),
    READ(FIELD_TEXT, price_source, "price_source"),
};
const size_t standing_account_field_count = COUNT_OF(standing_account_fields);

const struct field standing_fields[] = {
    SHOW(FIELD_ID, creator_id, "creator", "id"),
    SHOW(FIELD_TEXT, name, "creator", "name"),
    SHOW(FIELD_TEXT, platform, "creator", "platform"),
    SHOW(FIELD_TEXT, username, "creator", "username"),
    SHOW(FIELD_TEXT, url, "creator", "url"),
    SHOW(FIELD_I64, followers, "creator", "followers"),
    SHOW(FIELD_TEXT, niche, "niche", "slug"),
    SHOW(FIELD_TEXT, label, "niche", "label"),
    SHOW(FIELD_TEXT, how, "niche", "how"),
    SHOW(FIELD_TEXT, kind, NULL, "match"),
    SHOW_F(points, NULL, "score", 1),
    SHOW_F(low, NULL, "low80", 1),
    SHOW_F(high, NULL, "high80", 1),
    SHOW_F(confidence, NULL, "confidence", 2),
    SHOW_F(score_percentile, NULL, "score_percentile", 3),
    SHOW(FIELD_I64, peers, "peers", "accounts"),
    SHOW(FIELD_TEXT, scope, "peers", "scope"),
    SHOW(FIELD_TEXT, peers_niche, "peers", "niche"),
    SHOW(FIELD_TEXT, platform, "peers", "platform"),
    SHOW(FIELD_TEXT, peers_country, "peers", "country"),
    SHOW(FIELD_I64, min_followers, "peers", "min_followers"),
    SHOW(FIELD_I64, max_followers, "peers", "max_followers"),
    SHOW(FIELD_TEXTS, widened, "peers", "widened"),
    SHOW(FIELD_TEXT, why, "peers", "why"),
    SHOW_F(rate, "engagement", "rate", 4),
    SHOW(FIELD_TEXT, engagement_basis, "engagement", "basis"),
    SHOW_F(usual_rate, "engagement", "usual_rate", 4),
    SHOW_F(ratio, "engagement", "ratio", 2),
    SHOW_F(posts_effective, "engagement", "posts_effective", 2),
    SHOW_F(percentile, "engagement", "curve_percentile", 3),
    SHOW_F(percentile_with_risk, "engagement", "curve_percentile_with_risk", 3),
    SHOW_F(peer_percentile, "engagement", "peer_percentile", 3),
    SHOW_F(peer_percentile_with_risk, "engagement", "peer_percentile_with_risk", 3),
    SHOW_F(risk_z, "engagement", "risk_z", 2),
    SHOW_F(worth, "engagement", "more_posts_worth", 3),
    SHOW_F(worth_points, "engagement", "more_posts_points", 1),
    SHOW_F(typical, "price", "engagements_per_post", 0),
    SHOW_F(cpe_usual_usd, "price", "usual_cost_per_engagement_usd", 3),
    SHOW_F(low_usd, "price", "low_usd", 0),
    SHOW_F(mid_usd, "price", "mid_usd", 0),
    SHOW_F(high_usd, "price", "high_usd", 0),
    SHOW_F(quote_usd, "price", "quote_usd", 0),
    SHOW(FIELD_TEXT, price_source, "price", "quote_source"),
    SHOW(FIELD_TEXT, quote_lies, "price", "quote_lies"),
    SHOW(FIELD_TEXTS, not_measured, NULL, "not_measured"),
};
const size_t standing_field_count = COUNT_OF(standing_fields);

#define PART(type, struct_, member, json, decimals) FIELD(type, struct_, member, NULL, json, NULL, decimals)

const struct field standing_component_fields[] = {
    PART(FIELD_TEXT, struct standing_component, name, "component", 0),
    PART(FIELD_F64, struct standing_component, value, "value", 3),
    PART(FIELD_F64, struct standing_component, weight, "weight", 4),
    PART(FIELD_BOOL, struct standing_component, measured, "measured", 0),
    PART(FIELD_F64, struct standing_component, percentile, "percentile", 3),
    PART(FIELD_F64, struct standing_component, p25, "p25", 3),
    PART(FIELD_F64, struct standing_component, p50, "p50", 3),
    PART(FIELD_F64, struct standing_component, p75, "p75", 3),
    PART(FIELD_F64, struct standing_component, gain, "gain_points", 1),
};
const size_t standing_component_field_count = COUNT_OF(standing_component_fields);

const struct field standing_gap_fields[] = {
    PART(FIELD_TEXT, struct standing_gap_row, component, "component", 0),
    PART(FIELD_F64, struct standing_gap_row, value, "value", 3),
    PART(FIELD_F64, struct standing_gap_row, target, "target", 3),
    PART(FIELD_F64, struct standing_gap_row, gain, "gain_points", 1),
    PART(FIELD_F64, struct standing_gap_row, effort, "effort", 0),
};
const size_t standing_gap_field_count = COUNT_OF(standing_gap_fields);

#define SOURCE(type, member, json) FIELD(type, struct standing_source, member, NULL, json, json, 0)

const struct field standing_source_fields[] = {
    SOURCE(FIELD_TEXT, what, "what"),
    SOURCE(FIELD_TEXT, source, "source"),
    SOURCE(FIELD_I64, rows, "rows"),
    SOURCE(FIELD_TEXT, newest, "newest"),
};
const size_t standing_source_field_count = COUNT_OF(standing_source_fields);
