/* A compound of niches that has no niche of its own ("vegan, comedy"), scored from what is stored of its
 * parts. One function for the answer on the fly and for the row that is kept, so that both are the same
 * bytes.
 *
 * A post in all parts counts for the compound directly, the profile does by the product of its parts. The
 * base rate is the product of theirs (independence, an assumption); affordability compares with the usual
 * cost of the first part that lists the account. Both are functions of the parts alone. */
#ifndef NICHED_RANK_COMPOUND_H
#define NICHED_RANK_COMPOUND_H

#include "rank/match_score.h"
#include "rank/relevance.h"

enum { COMPOUND_PARTS_MAX = 8 };

/* What is stored of an account for one part. */
struct compound_part {
    bool listed;      /* the account is a member of this niche */
    double focus;     /* g, 0..1; NaN without direct evidence */
    double profile;   /* how surely the profile names it, 0..1; 0 without */
    double base_rate; /* of the niche in the taxonomy, 0..1 */
};

/* Parts ascending by niche id; at least one is listed. n, k_posts: decayed weight of all posts and of those
 * in every part. The row is that of the first listed part, as stored (sd is a float there). */
struct compound_in {
    const struct compound_part *parts;
    size_t n_parts; /* 2..COMPOUND_PARTS_MAX */
    double n, k_posts, bio_weight;
    int conf;
    double sd, rel_sd, rel_prior_sd;
    double ln[MATCH_STORED];
};

/* A row of the compound. score is by the default weights, 0..MATCH_SCALE. Kind related where a part does not
 * list the account. */
struct compound {
    int score, conf;
    float sd;
    double ln[MATCH_STORED];
    double k, profile, focus, rel_sd, rel_prior_sd;
    enum relevance_kind kind;
};

/* Puts the compound's relevance in the place of the part's, in score, spread and confidence alike. */
void compound_score(const struct compound_in *in, struct compound *ret_compound);

#endif
