/* A niche that nobody knows: what it may have meant, with how many creators make it. */
#ifndef NICHED_API_SUGGEST_H
#define NICHED_API_SUGGEST_H

#include "api/api.h"

/* With ERR_NICHE_UNKNOWN and its hints in the fault: asks for the creators of each in a world, and ends with
 * that very fault, the counts beside it. Without hints the fault at once. */
NODISCARD enum err suggest_ask(struct request *req, int world);

#endif
