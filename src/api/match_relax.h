/* Inside api only: the sets of filters that candidates do not pass, and the smallest change that lets more
 * in. */
#ifndef NICHED_API_MATCH_RELAX_H
#define NICHED_API_MATCH_RELAX_H

#include "match_honest.h"

enum { ELSEWHERE_MAX = 10 };

/* Candidates that do not pass just these filters. */
struct fail_set {
    uint64_t fails, unknowns;
    int64_t n;
    const char *near, *word; /* of a single filter: what would let near_n in */
    int64_t near_n;
};

struct change {
    const char *param;
    const char *value; /* as it would be typed; NULL: left out */
};

struct relaxation {
    struct change *changes; /* NULL: there is none */
    size_t count;
    int64_t gives;
    double cost;
    const char *query;
};

struct match_diagnosis {
    struct match_tests tests;
    struct fail_set *sets;
    size_t set_count;
    int64_t candidates, results;
    struct relaxation relaxation;
    struct {
        const char *niche, *relation;
        int64_t creators;
    } elsewhere[ELSEWHERE_MAX];
    size_t elsewhere_count;
};

/* The line of filter i of those in use. */
const struct param *match_diagnosis_line(const struct match_diagnosis *d, size_t i);
/* Whether a line is a bound of a number, which can be moved. */
bool match_is_bound(const struct param *p);
/* Whether a line is a list of values, to which one can be added. */
bool match_is_list(const struct param *p);
/* How many there are without the filters of a set, less those of whom a filter in `unknowns_kept` does not
 * know the value. */
int64_t match_without(const struct match_diagnosis *d, uint64_t set, uint64_t unknowns_kept);
/* Finds d->relaxation from the sets. */
void match_relax(struct request *req, struct match_diagnosis *d);

#endif
