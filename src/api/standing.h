/* Inside api only: where somebody stands, from a store's account or from a few numbers, to the answer. */
#ifndef NICHED_API_STANDING_H
#define NICHED_API_STANDING_H

#include "api/api.h"
#include "base/fields.h"
#include "http/list.h"
#include "rank/standing.h"
#include "tables.h"

enum {
    STANDING_LISTS_MAX = 16, /* the niche and its parents */
    STANDING_MEASURES = 8    /* the stored components, the score, engagement without the risk term */
};
/* Places of the last two. */
enum { STANDING_SCORE = MATCH_STORED, STANDING_THETA };

/* Peers of one list: the niche's, a parent's or the platform's. */
struct standing_group {
    int64_t peers, min_followers, max_followers;
    int64_t below[STANDING_MEASURES], equal[STANDING_MEASURES];
    double quartiles[STANDING_MEASURES][3];
};

/* A component, by standing_component_fields[]. */
struct standing_component {
    const char *name;
    double value, weight, percentile, p25, p50, p75, gain;
    int8_t measured;
};

/* A gap, by standing_gap_fields[]. */
struct standing_gap_row {
    const char *component;
    double value, target, gain, effort;
};

/* Where numbers come from, by standing_source_fields[]. */
struct standing_source {
    const char *what, *source, *newest;
    int64_t rows;
};

/* Somebody in a niche, by standing_fields[]; what is not known is null. */
struct standing {
    int64_t creator_id, account_id;
    const char *name, *platform, *username, *url;
    int64_t followers;
    const char *niche, *label, *how, *kind;
    int64_t niche_id, strongest_id, niche_posts, posts;
    int64_t score, conf;
    double profile, sd, points, low, high, confidence, score_percentile;
    double ln[MATCH_STORED]; /* rank_ln of the components */
    bool measured[MATCH_STORED];
    const char *engagement_basis;
    double rate, usual_rate, ratio, posts_effective, theta, sigma, tau, typical;
    double percentile, percentile_with_risk, peer_percentile, peer_percentile_with_risk, risk_z, worth,
        worth_points;
    struct text_list signal_phi;
    int64_t signal_measured, brands;
    double consistency, posts_per_week;
    double cpe_usual_usd, price_usd, low_usd, mid_usd, high_usd, quote_usd;
    const char *price_source, *quote_lies;
    const char *scope, *peers_niche, *peers_country, *why;
    int64_t peers, min_followers, max_followers;
    struct text_list widened, not_measured;
};

/* A request between its steps. */
struct standing_state {
    struct standing is;
    const void *query; /* of the route's parameters */
    int world;
    enum rank_platform platform;
    const char *country;                   /* peers of it alone, NULL: of any */
    int32_t niche_ids[STANDING_LISTS_MAX]; /* the niche, then its parents that are not generic */
    size_t list_count;
    struct standing_group groups[STANDING_LISTS_MAX + 1]; /* the last one: the platform's */
    const struct standing_group *chosen;                  /* NULL: too few peers anywhere */
    struct standing_source *sources;
    size_t source_count;
};

/* The request's state, everything unknown. */
struct standing_state *standing_new(struct request *req, const void *query);
/* Resolves what was asked to one niche and sets it with its parents. NICHE_UNKNOWN; PARAM_INVALID where it is
 * several or leaves one out. */
NODISCARD enum err standing_niche(struct request *req, const struct snapshot *s, struct param_text asked,
                                  struct standing_state *st);
/* Sets a niche (index in the taxonomy) with its parents. */
void standing_take_niche(struct standing_state *st, const struct snapshot *s, size_t at);
/* Asks for peers and widens until there are enough; then the answer is written. */
NODISCARD enum err standing_ask_peers(struct request *req);
/* Writes the answer. */
NODISCARD enum err standing_write(struct request *req);
/* Writes the levers of a gap, an array, into an object that is open. */
void standing_levers(const struct standing_state *st, enum match_component c, struct arena *a,
                     struct json *w);

#endif
