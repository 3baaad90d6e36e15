/* Inside cli only: asking a running niched over HTTP. */
#ifndef NICHED_CLI_ASK_H
#define NICHED_CLI_ASK_H

#include "http/offline.h"

/* Sends what is asked to the niched at `url` and takes its answer as the handler here would have given it: a
 * problem document becomes the fault, with its code, words and hints. Proxies are those of the environment
 * (none for loopback); 10 s to connect, 60 s in all. ERR_USAGE for an unusable url, ERR_IO when nobody
 * answers, ERR_DATA_FORMAT when it is no niched that does. `key` (nk_...; empty: none) goes along, over plain
 * http to loopback only. */
NODISCARD enum err ask_there(const char *url, const char *key, const struct offline_ask *ask, struct arena *a,
                             struct fault *f, struct offline_answer *ret_answer);

#endif
