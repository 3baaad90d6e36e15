/* Inside api only: on what a kept answer depends. */
#ifndef NICHED_API_KEPT_H
#define NICHED_API_KEPT_H

#include "api/api.h"

enum { KEPT_NICHES_MAX = 2 * TAX_RESOLVED_MAX };

/* What names the answers of one version; all bytes are set. */
struct kept_basis {
    uint64_t authority; /* of the caller */
    int32_t world;
    int32_t world_asked; /* 0: it is the default one */
    int32_t workspace;   /* 0: none */
    int32_t compound;    /* whose rows are read, 0: none */
    int32_t parts;       /* how many of the ids are those of a compound */
    int32_t n;
    int32_t id[KEPT_NICHES_MAX]; /* niches, the rest 0 */
};

/* The version of what has the basis, by the sum of the versions of its niches and workspace. */
uint64_t kept_version_of(const struct api *api, const struct snapshot *s, const struct kept_basis *basis,
                         int64_t sum);
/* The same by the versions that are known; 0: there is none. */
uint64_t kept_version(struct api *api, const struct kept_basis *basis);
/* The same by the sum of the versions of its niches and workspace as the store said it. If that is more than
 * is known, something changed and its notification is on the way: nothing is known then until it came. */
uint64_t kept_version_read(struct api *api, const struct snapshot *s, const struct kept_basis *basis,
                           int64_t sum);

#endif
