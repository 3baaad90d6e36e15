/* Inside api only: why a creator is not in the list, or where in it. Rankings that are not the stored order
 * show every creator that they weigh to match_watch_see(), which counts who is ahead. */
#ifndef NICHED_API_MATCH_WHY_NOT_H
#define NICHED_API_MATCH_WHY_NOT_H

#include "match_honest.h"
#include "match_pick.h"

enum { WHY_ACCOUNTS_MAX = 16 };

/* An account that why_not names. */
struct why_account {
    int64_t creator_id, account_id, score, conf, fails, unknowns, recent_posts, ahead;
    const char *platform, *username;
    int8_t placed;                /* is a candidate: makes every niche that was asked for */
    double key, ln[MATCH_STORED]; /* key: see struct match_place */
    struct text_list asked_of, kinds, k, n, posts;
    struct text_list other_ids, others; /* the creator's other accounts, and their names */
    int64_t other;                      /* the one that comes before it in the list; null: none was seen */
    struct match_pick pick;
    bool watched; /* passes the filters: is in the list */
    bool ranked;  /* and was seen there */
};

/* What why_not= asks, and what is known of it. */
struct match_why_not {
    struct match_tests tests;
    struct why_account *accounts;
    size_t count;
    struct match_watch *watch;
};

/* Asks for the accounts that why_not names, then lists. */
NODISCARD enum err match_why_not_ask(struct request *req);
/* A watch for a ranking that begins, perhaps anew; NULL where nobody in the list is asked about. */
struct match_watch *match_watch_new(const struct match_state *st, struct arena *a);
/* A creator of the list, weighed by the request's ranking. */
void match_watch_see(struct match_watch *watch, const struct match_pick *pick);
/* The lowest score among those asked about, 0 until all of them were seen: whoever may reach it must be seen.
 */
int64_t match_watch_lowest(const struct match_watch *watch);
/* How many of those seen are ahead of an account. */
int64_t match_watch_ahead(const struct match_watch *watch, const struct why_account *x);
/* Everybody was seen: what is weighed from now on was seen before. */
void match_watch_close(const struct match_state *st);
/* Writes "why_not"; null where not asked. */
void match_why_not_json(struct request *req, struct json *w);

#endif
