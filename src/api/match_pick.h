/* Inside api only: creators picked by another order than the stored one, and what is shown of them. */
#ifndef NICHED_API_MATCH_PICK_H
#define NICHED_API_MATCH_PICK_H

#include "match.h"

/* One creator as an own ranking or a compound sees it. */
struct match_pick {
    int64_t creator_id, account_id;
    double sort_key;  /* see struct match_place */
    int32_t niche_id; /* whose row is shown */
    int64_t score;    /* by the request's ranking, 0..10,000 */
    int64_t conf;
    uint32_t parts; /* as in struct match_row */
    double ln[MATCH_COMPONENTS];
    bool audience_known;
    /* a compound only */
    bool compound, siblings; /* siblings: the creator has other accounts */
    double sd, focus, k, profile, cpe_usual_usd;
    int64_t niche_posts, stored_score;
    const char *kind;
};

/* The best of what was seen, in the total order: score, confidence, account id, all descending. */
struct match_picks {
    struct match_pick *at;
    size_t count, cap;
    struct match_watch
        *watch; /* sees every pick, also those that are not kept; NULL: nobody is asked about */
};

/* What a row brings beside its stored components, for weighing it anew. */
struct match_anew {
    double theta, sigma, tau; /* of engagement; NAN where not asked */
    const char *country;
    struct text_list shares; /* of the audience, in the order of the target; NULL unknown */
    double sample_n;
};

/* Room for `cap` picks, in the arena. */
struct match_picks match_picks_new(struct arena *a, size_t cap);
/* Whether a comes before b in the total order. */
bool match_pick_ahead(const struct match_pick *a, const struct match_pick *b);
/* Puts a pick into its place if it is behind the page's beginning and among the best `cap`. */
void match_picks_add(struct match_picks *picks, const struct match_pick *pick,
                     const struct match_place *after);
/* Applies caution and audience target to the components, and scores by the request's weights. */
void match_weigh(const struct match_ranking *r, const struct match_anew *anew, struct match_pick *pick);
/* The picks as the texts of three arrays of ids, in order. */
struct match_pick_ids {
    const char *creators, *accounts, *niches;
};
/* Those texts, in the arena. */
struct match_pick_ids match_picks_ids(struct request *req, const struct match_picks *picks);
/* Goes on when a phase has its picks: to the related ones, to a page that repeats itself less, to the answer.
 */
NODISCARD enum err match_phase_done(struct request *req, struct match_picks *picks);
/* Room for as many picks as a phase may show. */
struct match_picks match_phase_picks(const struct match_state *st, struct arena *a);
/* Scores the accounts of a compound from what is stored of its parts; goes on with their picks. */
NODISCARD enum err match_joint_ask(struct request *req, const char *creators, const char *accounts);
/* Chooses a page out of the picks that repeats itself less, then shows it. */
NODISCARD enum err match_diverse_ask(struct request *req, struct match_picks *picks);
/* The pick of an account; NULL where the list was read by the plain statement. */
const struct match_pick *match_pick_of(const struct match_state *st, int64_t account_id);
/* What was read by the stored ranking is replaced by what holds for this one. */
void match_pick_take(struct match_row *row, const struct match_pick *pick);
/* Reads the items of the picks and writes the answer. */
NODISCARD enum err match_picks_show(struct request *req, struct match_picks *picks);

#endif
