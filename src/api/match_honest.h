/* Inside api only: what /match says beside its list: facets, the exact count, why a list is empty or thin,
 * why a creator is not in it, the posts that prove an item. All of it is made from the lines of
 * match_params[]. */
#ifndef NICHED_API_MATCH_HONEST_H
#define NICHED_API_MATCH_HONEST_H

#include "match.h"

/* A place in the text of a statement (a comment such as "/" "*tests*" "/") and what stands there. */
struct match_mark {
    const char *name;
    const char *sql;
};

/* The filters in use over the candidates m, as pieces of a statement. Bit i of a set stands for
 * where.each[i].
 */
struct match_tests {
    struct params_where where;
    const char *columns;  /* ", (predicate) as f0, ..." */
    const char *fails;    /* set of the filters that m.f0, ... do not pass, bigint */
    const char *unknowns; /* of them those whose value is not known */
};

/* The pieces with the filters' parameters from $first on. */
struct match_tests match_tests(struct request *req, size_t first);
/* The name of a filter, as the caller writes it. */
const char *match_filter_name(const struct match_tests *t, size_t i);
/* Asks a statement whose marks are replaced by pieces: own parameters first, then those of the filters. */
NODISCARD enum err match_ask_marked(struct request *req, const char *query, const struct match_mark *marks,
                                    size_t n_marks, size_t n, const char *const *own,
                                    const struct params_where *where, request_next *next);
/* The niches that the candidates' rows are of, as the text of an array: those of a compound, or the one that
 * its rows are kept under. */
const char *match_candidate_niches(const struct match_state *st, struct arena *a);
/* Whether the list is one niche's, in the order of its ranking, so that its version comes with its rows. */
bool match_is_one_list(const struct match_state *st);
/* Whether the list is read by the plain statement: one niche in the stored order. */
bool match_is_plain(const struct match_state *st);
/* What the candidates m of a list are, beside world and related, as a predicate with the niches in $2: of one
 * niche its rows; of several that must all list an account its row of the first; of several of which one is
 * enough its surest row, which passes the filters if any does. */
const char *match_candidates(const struct match_state *st);

/* Lists: asks for the page and for what was asked for beside it. */
NODISCARD enum err match_list(struct request *req);
/* Asks, beside the page, for what was asked for beside it: facets and count. */
NODISCARD enum err match_beside_ask(struct request *req);
/* Asks for what depends on the page, once: why it is thin, what proves its items. */
NODISCARD enum err match_behind_ask(struct request *req);
/* Asks what the scores were computed from, where that is to be told. */
NODISCARD enum err match_explain_ask(struct request *req);
/* Asks why the list has so few; only where it has. */
NODISCARD enum err match_diagnosis_ask(struct request *req);
/* Asks for the facets that were asked for. */
NODISCARD enum err match_facets_ask(struct request *req);

/* ERR_AUTH_REQUIRED where contact is asked for and not open to everybody. */
NODISCARD enum err match_include_check(struct request *req);
/* Asks for the posts that prove the rows, and for their contact. */
NODISCARD enum err match_evidence_ask(struct request *req);
/* Writes "evidence" and "contact" of row i; null where not asked. */
void match_evidence_json(const struct match_state *st, size_t i, struct json *w);

/* Writes what was asked for beside the list into the open query. */
void match_beside_query_json(const struct match_state *st, struct json *w);
/* Writes "total", "facets", "diagnosis" and "why_not" into the open answer; null where not asked or not so.
 */
void match_beside_json(struct request *req, struct json *w);
/* Writes "facets". */
void match_facets_json(const struct match_state *st, struct json *w);
/* Writes "diagnosis". */
void match_diagnosis_json(const struct match_state *st, struct json *w);

#endif
