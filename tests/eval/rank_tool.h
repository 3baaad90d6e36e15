/* Inside rank_tool only: its session and its commands. A command gets its fields and says whether it
 * understood. */
#ifndef NICHED_EVAL_RANK_TOOL_H
#define NICHED_EVAL_RANK_TOOL_H

#include "rank/engagement.h"
#include "score/account.h"

#include <stdlib.h>

enum { FIELDS_MAX = 1024, VARIANTS_MAX = 32, RELATIONS_MAX = 200000, SNAPSHOTS_MAX = 400 };

struct variant {
    struct engagement_params params;
    struct benchmark benchmark;
};

struct session {
    char *field[FIELDS_MAX];
    struct variant variant[VARIANTS_MAX];
    struct arena *mem;  /* of the taxonomy's files */
    struct arena *text; /* of the account */
    struct taxonomy *tax;
    struct score_context *ctx;
    struct account_result *result;
    struct tax_hits hits;
    struct benchmark bench[RANK_PLATFORM_COUNT * RANK_BASIS_COUNT];
    size_t n_bench;
    struct score_fit fit[TAX_NICHES_MAX];
    size_t n_fit;
    struct score_relation *relation;
    size_t n_relation;
    struct account_evidence ev;
    struct score_post post[SCORE_POSTS_MAX];
    struct signal_snapshot snap[SNAPSHOTS_MAX];
};

/* With the taxonomy of the embedded files; NULL, with a word on standard error, when it cannot be built. */
struct session *session_new(void);
void session_free(struct session *s);
double number(const char *s);

bool cmd_variant(struct session *s, char **field, size_t n);
bool cmd_engagement(struct session *s, char **field, size_t n);
bool cmd_count(struct session *s, char **field, size_t n);
bool cmd_focus(struct session *s, char **field, size_t n);
bool cmd_npmi(struct session *s, char **field, size_t n);
bool cmd_relevance(struct session *s, char **field, size_t n);
bool cmd_seed(struct session *s, char **field, size_t n);
bool cmd_geometric(struct session *s, char **field, size_t n);
bool cmd_niches(struct session *s, char **field, size_t n);
bool cmd_defaults(struct session *s, char **field, size_t n);
bool cmd_match(struct session *s, char **field, size_t n);
bool cmd_fit(struct session *s, char **field, size_t n);
bool cmd_bench(struct session *s, char **field, size_t n);
bool cmd_related(struct session *s, char **field, size_t n);
bool cmd_context(struct session *s, char **field, size_t n);
bool cmd_account(struct session *s, char **field, size_t n);
bool cmd_post(struct session *s, char **field, size_t n);
bool cmd_snap(struct session *s, char **field, size_t n);
bool cmd_score(struct session *s, char **field, size_t n);

#endif
