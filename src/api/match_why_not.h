/* Inside api only: why a creator is not in the list, or where in it. Rankings that are not the stored order
 * show every creator that they weigh to match_why_not_see(), which counts who is ahead. */
#ifndef NICHED_API_MATCH_WHY_NOT_H
#define NICHED_API_MATCH_WHY_NOT_H

#include "match_pick.h"

/* Asks for the accounts that why_not names, then lists. */
NODISCARD enum err match_why_not_ask(struct request *req);
/* A watch for a ranking that begins, perhaps anew; NULL where nobody in the list is asked about. */
struct match_watch *match_watch_new(const struct match_state *st, struct arena *a);
/* A creator of the list, weighed by the request's ranking. */
void match_watch_see(struct match_watch *watch, const struct match_pick *pick);
/* The lowest score among those asked about, 0 until all of them were seen: whoever may reach it must be seen.
 */
int64_t match_watch_lowest(const struct match_watch *watch);
/* Everybody was seen: what is weighed from now on was seen before. */
void match_watch_close(const struct match_state *st);
/* Writes "why_not"; null where not asked. */
void match_why_not_json(struct request *req, struct json *w);

#endif
