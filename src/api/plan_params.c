/* The parameters of /plan beside those it borrows from /match: a table of data. */
#include "plan.h"

#include <string.h>

#define AT(member) offsetof(struct plan_query, member)

const struct param plan_params[] = {
    {"budget_usd", PARAM_INT, AT(budget_usd), 1, 1e7, NULL, NULL, true, PARAM_NO_FILTER, NULL,
     "what may be spent in all, USD"},
    {"goal", PARAM_CHOICE, AT(match.goal), 0, 0, "engagement",
     "awareness,engagement,conversions,partnership,launch", false, PARAM_NO_FILTER, NULL,
     "what the campaign is for: decides what is maximised"},
    {"deliverable", PARAM_CHOICE, AT(deliverable), 0, 0, "post", "post,story,reel,video", false,
     PARAM_NO_FILTER, NULL, "what each creator makes"},
    {"posts_per_creator", PARAM_INT, AT(posts_per_creator), 1, 20, "1", NULL, false, PARAM_NO_FILTER, NULL,
     "posts of each creator in a month"},
    {"months", PARAM_INT, AT(months), 1, 24, "1", NULL, false, PARAM_NO_FILTER, NULL, "months it runs"},
    {"min_creators", PARAM_INT, AT(min_creators), 1, 100, "1", NULL, false, PARAM_NO_FILTER, NULL,
     "creators at least"},
    {"max_creators", PARAM_INT, AT(max_creators), 1, 100, "50", NULL, false, PARAM_NO_FILTER, NULL,
     "creators at most"},
    {"handling_usd", PARAM_INT, AT(handling_usd), 0, 10000, "30", NULL, false, PARAM_NO_FILTER, NULL,
     "what one creator costs beside the price: contract, product, shipping"},
    {"min_score", PARAM_INT, AT(min_score), 0, 100, "40", NULL, false, PARAM_NO_FILTER, NULL,
     "match score at least, as in /match"},
    {"include", PARAM_WORDS, AT(include), 1, 60, NULL, "handles", false, PARAM_NO_FILTER, NULL,
     "creators that must be booked, whatever the filters: ids or @handles"},
};
const size_t plan_param_count = COUNT_OF(plan_params);

/* Every filter of /match, its niche, world, caution, wanted audience, and how a list is written. */
static bool takes(const struct param *p) {
    static const char *const more[] = {"niche", "caution", "audience_target", "world", "format", "fields"};
    for (size_t i = 0; i < COUNT_OF(more); i++)
        if (strcmp(p->name, more[i]) == 0)
            return true;
    return p->op != PARAM_NO_FILTER;
}

const struct route_loan plan_loan = {match_params, &match_param_count, takes};
