/* Inside api only: who may write while there are no keys. */
#ifndef NICHED_API_WRITES_GUARD_H
#define NICHED_API_WRITES_GUARD_H

#include "api/api.h"

/* By NICHED_WRITES: ERR_AUTH_FORBIDDEN, saying what would be right. Under `loopback` a page of another site
 * in a browser of this machine is refused too (its Origin is no loopback name), and what a proxy hands on. */
NODISCARD enum err write_guard(struct request *req);

#endif
