/* Inside api only: one /match, its query and its rows. */
#ifndef NICHED_API_MATCH_H
#define NICHED_API_MATCH_H

#include "api/api.h"
#include "base/fields.h"
#include "http/list.h"
#include "rank/match_score.h"
#include "tables.h"

enum { MATCH_TARGETS_MAX = 8 };
#define USUAL_HOME_SHARE 0.5 /* of an audience in the creator's own country, where it is not known */

/* A price that is known: the workspace's own (looked for only where it has any) before the shared one; the
 * estimate for the size passes no filter. */
#define MATCH_PRICE                                                                                          \
    "coalesce(case when (select exists (select from price x where x.workspace_id = {workspace}::integer))"   \
    " then (select q.amount_usd::float8 from own_quote({workspace}::integer, m.creator_id, m.account_id,"    \
    " 'post', {today}::integer) q) end, case when m.price_known then m.price_usd end)"
/* Followers now against the snapshot of so many days ago, or the newest before. */
#define MATCH_GROWTH                                                                                         \
    "(select (m.followers - f.followers)::float8 / nullif(f.followers, 0) from follower_snapshot f"          \
    " where f.creator_id = m.creator_id and f.account_id = m.account_id"                                     \
    " and f.day <= date '1970-01-01' + ({today}::integer - {growth_days}::integer)"                          \
    " order by f.day desc limit 1)"

struct match_query {
    struct param_text niche, q;
    struct param_list platform, country, city, language, audience_country, exclude, brand_conflict, facets,
        include;
    const char *tier;
    int64_t min_followers, max_followers, last_post_days, growth_days, limit;
    double min_authenticity, min_confidence, min_engagement_rate, max_engagement_rate;
    double min_price_usd, max_price_usd, min_posts_per_week, min_follower_growth;
    double max_sponsored_share, min_audience_share;
    int8_t has_contact, verified;
    double diversify;
    const char *world, *explain, *goal, *caution, *sort_by, *sort_order, *count, *niche_mode;
    struct param_text cursor, weights, audience_target, why_not;
    struct list_choice list;
};

/* One creator of the list, by match_fields[]. */
struct match_row {
    int64_t creator_id, account_id, score, stored_score, conf, rank;
    double sort_key;
    double sd, score_points, confidence;
    const char *kind, *name, *bio, *picture_url, *platform, *username, *url, *country, *language;
    int8_t has_contact;
    struct text_list also_on;
    int64_t followers;
    double engagement_rate, engagement_usual, engagement_vs_peers, authenticity;
    const char *engagement_basis, *price_source;
    struct text_list not_measured;
    double price_usd, own_price_usd; /* 0: the workspace has none */
    double rated_price_usd;          /* what the score counts by: the shared one */
    const char *rated_price_source;
    int64_t last_post_us, observed_us, data_age_days;
    struct number_list niche_ids;
    struct text_list niches, matched, words, reasons, cautions;
    uint32_t parts; /* bit i: st->niche_ids[i] lists the account; 0: the one niche */
    int64_t posts, niche_posts;
    double profile, k, n, focus;
    double ln[MATCH_COMPONENTS];
    double cpe_usual_usd;
    double theta, sigma, engagement_n, shrink, typical;
    double audience_credibility, conversation;
    struct text_list signal_phi;
    int64_t signal_measured, signal_unusual;
    bool audience_known;
    double gap_days, posts_per_week;
    int64_t brands, brands_repeated;
};

/* A place in a list: the last row of a page. Related rows come after all others. */
struct match_place {
    double key; /* what it is sorted by, 0 where that is the score; -INFINITY: unknown */
    int32_t score, conf;
    int64_t account_id;
    bool related;
};

/* Before the first row of a list. */
#define MATCH_START ((struct match_place){INFINITY, MATCH_SCALE + 1, 0, 0, false})

/* How a request ranks: the default way, or its own. */
struct match_ranking {
    bool own; /* anything but the defaults: the stored order is then only a bound */
    double z; /* caution */
    double weights[MATCH_COMPONENTS];
    size_t target_count;
    struct {
        const char *country;
        double share;
    } target[MATCH_TARGETS_MAX];
};

/* How many match only in part is the same until the version changes, and costs as much as a third of a page:
 * each loop remembers it for queries of late. */
struct match_memo {
    uint64_t query, version; /* 0: none */
    int64_t related;
    bool own_prices;
};

/* A request between its steps. Niches are ids: see api.c. */
struct match_state {
    struct match_query q;
    int world;
    const char *how;
    int32_t niche_ids[TAX_RESOLVED_MAX];
    size_t niche_count; /* several: ascending */
    bool any;           /* one of several niches is enough */
    bool with_related;  /* related rows are listed after the others */
    bool related_phase; /* they are what is looked for now */
    int32_t kept_id;    /* the compound's rows, 0: none are kept */
    const char
        *sure; /* JSON: the confidence of a compound's accounts by id; NULL: rows have it, or nobody asked */
    int32_t excluded_ids[TAX_RESOLVED_MAX];
    size_t excluded_count;
    uint64_t query_hash;
    struct param_named named[4]; /* what filters may name */
    enum err (*page)(struct request *req);
    const struct kept_basis *basis; /* where the list has a version */
    int64_t version;                /* of the niches it touches, read before the page */
    bool version_beside;            /* with the number of related ones */
    struct match_ranking ranking;
    struct match_place after; /* the page begins behind it */
    struct match_scan *scan;
    struct match_picks *picks;
    struct match_picks *full; /* those before the related ones */
    struct match_row *rows;
    size_t row_count;
    bool has_more;
    int64_t related;
    const char *next_cursor;
    int64_t total; /* with count=exact */
    struct match_facets *facets;
    bool reads_private;            /* each statement about candidates looks at private rows */
    bool own_prices;               /* the workspace may have some; read beside the number of related ones */
    const struct match_memo *memo; /* what may hold of both */
    bool behind_asked;
    struct match_diagnosis *diagnosis; /* NULL: the list is not thin */
    struct match_why_not *why_not;     /* NULL: not asked */
    struct match_proof *proof;         /* of the rows, in their order; NULL: not asked */
};

/* The lines of a field table that read the stored ln components into the struct's `ln`. */
#define MATCH_LN_FIELDS(struct_)                                                                             \
    FIELD(FIELD_F64, struct_, ln[MATCH_RELEVANCE], NULL, NULL, "l_rel", 0),                                  \
        FIELD(FIELD_F64, struct_, ln[MATCH_ENGAGEMENT], NULL, NULL, "l_eng", 0),                             \
        FIELD(FIELD_F64, struct_, ln[MATCH_AUTHENTICITY], NULL, NULL, "l_auth", 0),                          \
        FIELD(FIELD_F64, struct_, ln[MATCH_AFFORDABILITY], NULL, NULL, "l_aff", 0),                          \
        FIELD(FIELD_F64, struct_, ln[MATCH_LOYALTY], NULL, NULL, "l_loy", 0),                                \
        FIELD(FIELD_F64, struct_, ln[MATCH_FRESHNESS], NULL, NULL, "l_fresh", 0)

/* Once the parameters are read into req->state (`given` by lines of match_params): checks them, reads how to
 * rank, finds niches and world. */
NODISCARD enum err match_begin(struct request *req, uint64_t given, const struct snapshot **ret_snapshot);
/* Names the values that filters may name: world and today. */
void match_name_values(struct request *req, const struct snapshot *s);
/* One of them, as a statement takes it. */
const char *match_named(const struct match_state *st, const char *name);
/* The workspace whose private rows a statement with these values of filters reads, for struct statement; NULL
 * where none of them looks at such rows. */
const char *match_private(const struct match_state *st, const char *const *values, size_t n);
/* Writes "niche": what was asked and understood. */
void match_niche_json(const struct match_state *st, const struct snapshot *s, struct json *w);
/* Beyond what a line says: sets the bounds of a tier, refuses what contradicts itself or says half of what it
 * needs. `given` as by params_parse(). ERR_PARAM_INVALID. */
NODISCARD enum err match_filters_check(struct request *req, uint64_t given, struct match_query *q);
/* What the query is sorted by instead of the stored order, as an SQL expression that is the larger the
 * earlier a row comes and may name parameters; NULL for the stored order. */
const char *match_sort_expression(const struct match_query *q);
/* The key of m with its parameters from $first behind the filters', unknown last; NULL for the stored order.
 */
const char *match_sort_sql(struct request *req, size_t first, struct params_where *io_where);
/* Such a key in the unit of the answer. */
double match_sort_value(const struct match_query *q, double key);
/* Refuses what cannot be sorted otherwise: own rankings, diversity, compounds. ERR_PARAM_INVALID. */
NODISCARD enum err match_sort_check(struct request *req, const struct match_state *st);
/* Refuses what does not go with several niches or related rows. ERR_PARAM_INVALID. */
NODISCARD enum err match_phase_check(struct request *req, const struct match_state *st);
/* Lists by sort_by and sort_order, then writes. */
NODISCARD enum err match_sort_ask(struct request *req);

/* Asks the statement of a file for the request's combination of filters: its text with the predicates (and
 * where it is sorted, the key) in their places, its own n parameters followed by those of the filters. */
NODISCARD enum err match_ask_filtered(struct request *req, const char *query, size_t n,
                                      const char *const *own, request_next *next);
/* The filters of the parameters and the niches that are not wanted, with parameters from $first on; `each`
 * names the latter by the line "niche". */
struct params_where match_where(struct request *req, size_t first);
/* The text with another one at each mark. */
const char *match_replace(const char *sql, const char *mark, const char *text, struct arena *a);
/* Asks why_not or lists, again where the rows of a compound went meanwhile. For a compound without rows whose
 * confidence something counts by, its accounts are scored first, beginning with those that the list is made
 * of. */
NODISCARD enum err match_go(struct request *req);
/* Decodes a page (one row more than the limit means that there is more) into the state. */
NODISCARD enum err match_take_rows(struct request *req, const struct rows *rows);
/* Asks which of the rows the workspace has a price of its own for; nothing if it has none at all. */
NODISCARD enum err match_own_ask(struct request *req);
/* In the text of a statement: where the expression stands that a list is sorted by. */
#define MATCH_KEY_MARK "/*key*/"
/* The text of a statement with filters and key ("": none) in their places, made once a loop; valid until
 * another is asked for. `hash` is of all three. */
const char *match_statement_text(struct request *req, uint64_t hash, const char *sql, const char *filters,
                                 const char *key);
/* What the loop remembers of the request's query, or of another one; to be overwritten. */
struct match_memo *match_memo_of(const struct request *req);
/* Asks how many match only in part, beside the statements of the page. */
NODISCARD enum err match_ask_related(struct request *req);
/* The same for the plain statement, unless the loop remembers it for this query; then match_related_check()
 * must follow once st->version was read with the page. */
NODISCARD enum err match_related_remembered(struct request *req);
/* Takes what was remembered if it is of st->version, else asks. */
NODISCARD enum err match_related_check(struct request *req);
/* Whether the niches asked for are a compound without a niche of its own. */
bool match_is_compound(const struct match_state *st);
/* The niches asked for as the text of an array, ascending. */
const char *match_niche_array(const struct match_state *st, struct arena *a);
/* Countries of the audience wanted as the text of an array, or NULL without a target. */
const char *match_target_countries(const struct match_ranking *r, struct arena *a);
/* Writes the answer from the rows in the state. */
NODISCARD enum err match_write(struct request *req);
/* The same once no statement is under way and what depends on the page was asked: of several at once, whoever
 * comes last writes. */
NODISCARD enum err match_write_when_done(struct request *req);
/* Answers with what is kept where it still holds. Else reads the version of the niches before the page, then
 * goes on with it; answers 304 alone where the caller holds this answer. */
NODISCARD enum err match_version_ask(struct request *req, enum err (*page)(struct request *req));
/* What the answer depends on, as a number: `version` of the niches and of the workspace's rows, taxonomy,
 * model, day. */
uint64_t match_version_hash(const struct request *req, const struct snapshot *s, int64_t version);
/* Tags the answer with what it depends on, where that is the version. */
void match_version_tag(struct request *req, const struct snapshot *s);
/* Reads weights, goal, caution and audience_target into *ret_ranking. ERR_PARAM_INVALID. */
NODISCARD enum err match_ranking_read(struct request *req, const struct match_query *q,
                                      struct match_ranking *ret_ranking);
/* Writes how it ranked: goal, caution, weights, audience_target. */
void match_ranking_json(const struct match_query *q, const struct match_ranking *r, struct json *w);
/* Lists what the plain statement does not: own rankings, several niches, related rows; then writes. */
NODISCARD enum err match_list_ask(struct request *req);
/* Reads the picks of one phase by a scan of the stored order: of one niche, of any of several, of a kept
 * compound. */
NODISCARD enum err match_scan_ask(struct request *req);
/* Reads the picks of one phase for a compound of which no rows are kept. */
NODISCARD enum err match_compound_ask(struct request *req);

/* A signed, opaque text for a place in the list of a query (base64url, in the arena). */
const char *match_cursor_write(const struct request *req, uint64_t query_hash, const char *model_version,
                               struct match_place place);
/* The reverse. ERR_PARAM_CURSOR if it was tampered with or is of another query, ERR_PARAM_CURSOR_RETIRED if
 * of another model. */
NODISCARD enum err match_cursor_read(struct request *req, struct param_text cursor, uint64_t query_hash,
                                     const char *model_version, struct match_place *ret_place);
/* Fills what is computed from what was read: points, names of niches, what was not measured, reasons,
 * cautions. `before`: another row that is finished, NULL for none. */
void match_row_finish(struct match_row *row, const struct match_row *before, const struct snapshot *s,
                      const struct match_state *st, int64_t now_us, struct arena *a);
/* Writes the "explanation" of a row into its open object. */
void match_explain(const struct match_row *row, bool full, const struct match_state *st,
                   const struct snapshot *s, struct json *w);

#endif
