/* What one item of /match is: tables of data. Lines without a JSON key are what its words are made of; the
 * second table is read where the arithmetic is asked for. */
#include "match.h"

#define MATCH(type, member, group, json, column) FIELD(type, struct match_row, member, group, json, column, 0)
#define MATCH_F(member, group, json, column, decimals)                                                       \
    FIELD(FIELD_F64, struct match_row, member, group, json, column, decimals)
#define CARD(type, member, group, json, decimals)                                                            \
    FIELD_PACKED(type, struct match_row, member, group, json, "card", decimals)
#define READ(type, member, column) FIELD(type, struct match_row, member, NULL, NULL, column, 0)

const struct field match_fields[] = {
    MATCH(FIELD_I64, rank, NULL, "rank", NULL),
    MATCH_F(score_points, NULL, "score", NULL, 1),
    MATCH_F(confidence, NULL, "confidence", NULL, 2),
    MATCH(FIELD_TEXT, kind, NULL, "match", "kind"),
    MATCH(FIELD_TEXTS, matched, NULL, "matched_niches", NULL),
    MATCH(FIELD_ID, creator_id, "creator", "id", "creator_id"),
    CARD(FIELD_TEXT, name, "creator", "name", 0),
    CARD(FIELD_TEXT, bio, "creator", "bio", 0),
    MATCH(FIELD_BOOL, has_contact, "creator", "has_contact", "has_contact"),
    CARD(FIELD_TEXT, picture_url, "creator", "picture_url", 0),
    CARD(FIELD_TEXT, platform, "creator", "platform", 0),
    CARD(FIELD_TEXT, username, "creator", "username", 0),
    CARD(FIELD_TEXT, url, "creator", "url", 0),
    MATCH(FIELD_TEXT, country, "creator", "country", "country"),
    MATCH(FIELD_TEXT, language, "creator", "language", "language"),
    MATCH(FIELD_TEXTS, also_on, "creator", "also_on", "also_on"),
    MATCH(FIELD_I64, followers, NULL, "followers", "followers"),
    CARD(FIELD_F64, engagement_rate, NULL, "engagement_rate", 4),
    CARD(FIELD_TEXT, engagement_basis, NULL, "engagement_rate_basis", 0),
    MATCH_F(engagement_vs_peers, NULL, "engagement_vs_peers", NULL, 2),
    CARD(FIELD_F64, authenticity, NULL, "authenticity", 2),
    MATCH(FIELD_TEXTS, not_measured, NULL, "not_measured", NULL),
    CARD(FIELD_F64, price_usd, NULL, "price_usd", 0),
    CARD(FIELD_TEXT, price_source, NULL, "price_source", 0),
    CARD(FIELD_TIME, last_post_us, NULL, "last_post_at", 0),
    MATCH(FIELD_TEXTS, niches, NULL, "niches", NULL),
    MATCH(FIELD_I64, data_age_days, NULL, "data_age_days", NULL),
    MATCH(FIELD_TEXTS, reasons, NULL, "reasons", NULL),
    MATCH(FIELD_TEXTS, cautions, NULL, "cautions", NULL),
    READ(FIELD_I64, account_id, "account_id"),
    READ(FIELD_I64, score, "score"),
    READ(FIELD_I64, stored_score, "score"),
    READ(FIELD_I64, conf, "conf"),
    CARD(FIELD_F64, engagement_usual, NULL, NULL, 0),
    CARD(FIELD_I64, observed_us, NULL, NULL, 0),
    CARD(FIELD_NUMBERS, niche_ids, NULL, NULL, 0),
    CARD(FIELD_I64, posts, NULL, NULL, 0),
    READ(FIELD_I64, niche_posts, "niche_posts"),
    READ(FIELD_F64, profile, "profile"),
    READ(FIELD_F64, cpe_usual_usd, "cpe_usual_usd"),
    CARD(FIELD_F64, typical, NULL, NULL, 0),
    CARD(FIELD_I64, signal_measured, NULL, NULL, 0),
    CARD(FIELD_I64, signal_unusual, NULL, NULL, 0),
};
const size_t match_field_count = COUNT_OF(match_fields);

const struct field match_explain_fields[] = {
    READ(FIELD_F64, sd, "sd"),
    READ(FIELD_TEXTS, words, "words"),
    READ(FIELD_F64, k, "k"),
    READ(FIELD_F64, n, "n"),
    READ(FIELD_F64, focus, "focus"),
    MATCH_LN_FIELDS(struct match_row),
    READ(FIELD_F64, theta, "engagement_theta"),
    READ(FIELD_F64, sigma, "engagement_sigma"),
    READ(FIELD_F64, engagement_n, "engagement_n"),
    READ(FIELD_F64, shrink, "engagement_shrink"),
    READ(FIELD_F64, audience_credibility, "audience_credibility"),
    READ(FIELD_F64, conversation, "conversation"),
    READ(FIELD_TEXTS, signal_phi, "signal_phi"),
    READ(FIELD_I64, brands, "brands"),
    READ(FIELD_I64, brands_repeated, "brands_repeated"),
    READ(FIELD_F64, gap_days, "gap_days"),
    READ(FIELD_F64, posts_per_week, "posts_per_week"),
};
const size_t match_explain_field_count = COUNT_OF(match_explain_fields);
