/* What niched taxonomy says of a difference. */
#ifndef NICHED_CLI_CMD_TAXONOMY_SHOW_H
#define NICHED_CLI_CMD_TAXONOMY_SHOW_H

#include "rank/taxonomy_edit.h"
#include "score/effect.h"

/* Prints what changes: niches, their aliases, generic hashtags. */
void show_diff(const struct tax_diff *diff);
/* Prints how many accounts will be scored anew and which lists gain or lose members. */
void show_effect(const struct effect *e, const struct tax_in *now, const struct tax_in *next);
/* An effect_progress: a line on standard error, if `user` (a const bool *) says so. */
void show_progress(void *user, uint64_t done, uint64_t total);

#endif
