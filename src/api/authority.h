/* Inside api only: who asks, what they may, whose private rows (quotes, collaborations, conversions) they see
 * and write. */
#ifndef NICHED_API_AUTHORITY_H
#define NICHED_API_AUTHORITY_H

#include "api/api.h"

/* The workspace of a request as a statement takes it ("1"), or NULL: the caller has none and sees shared rows
 * alone. The one place that decides it; every statement about private rows has it as a parameter in a plain
 * predicate, under which NULL finds nothing. */
const char *request_workspace(struct request *req);
/* An embedded query that reads private rows: it sees those of the caller's workspace, by row-level security
 * too. Costs a few messages more than api_statement(), no round trip. */
struct statement api_private(struct request *req, const char *query);
/* Callers with equal numbers get the same answer to the same question: what an answer that is kept must be
 * kept by, beside the question. 0: whoever reads without a key and has no workspace. */
uint64_t request_authority(const struct request *req);
/* Whether the caller may have what creators wrote to be reached by. */
bool request_sees_contact(const struct request *req);
/* Answers 401: ERR_AUTH_REQUIRED or ERR_AUTH_INVALID with the fault set, and how to prove who asks. */
NODISCARD enum err authority_ask(struct request *req, enum err code);

#endif
