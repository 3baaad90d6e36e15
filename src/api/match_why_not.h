/* Inside api only: why a creator is not in the list, or where in it. Rankings that are not the stored order
 * show every creator that they weigh to match_why_not_see(), which counts who is ahead. */
#ifndef NICHED_API_MATCH_WHY_NOT_H
#define NICHED_API_MATCH_WHY_NOT_H

#include "match_pick.h"

/* Asks for the accounts that why_not names, then lists. */
NODISCARD enum err match_why_not_ask(struct request *req);
/* A ranking begins, anew perhaps. */
void match_why_not_begin(const struct match_state *st);
/* A creator of the list, weighed by the request's ranking. */
void match_why_not_see(const struct match_state *st, const struct match_pick *pick);
/* The lowest score among those asked about that are in the list, MATCH_SCALE + 1 if there is none: whoever
 * may reach it must be seen. */
int64_t match_why_not_lowest(const struct match_state *st);
/* The creators of a compound, whose scores come with it: all of them, to take the places from. */
void match_why_not_place(const struct match_state *st, const struct match_pick *picks, size_t n);
/* Writes "why_not"; null where not asked. */
void match_why_not_json(struct request *req, struct json *w);

#endif
