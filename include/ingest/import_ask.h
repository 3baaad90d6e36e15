/* What a file that is uploaded is to be read as, in the words of who sends it. */
#ifndef NICHED_INGEST_IMPORT_ASK_H
#define NICHED_INGEST_IMPORT_ASK_H

#include "ingest/import.h"

enum { IMPORT_ASK_RULES = 64, IMPORT_ASK_MAP = 4000 };

/* Texts as given, NULL where not. */
struct import_ask {
    const char *kind, *platform, *format, *delimiter, *encoding, *map, *source;
    bool strict;
    int world;
    int64_t observed_us, latest_us;
    int64_t workspace_id; /* 0: rows are shared */
    /* what map and options point to */
    struct map_rule rules[IMPORT_ASK_RULES];
    char map_copy[IMPORT_ASK_MAP + 1];
};

/* Turns it into options; they point into *ask. ERR_PARAM_INVALID naming what is wrong: an unknown kind,
 * platform, field, delimiter. */
NODISCARD enum err import_ask_read(struct import_ask *ask, struct fault *f,
                                   struct import_options *ret_options);
/* Says a fault in the words of an upload: "--map" is its parameter map, wrong usage a wrong parameter. */
void import_ask_fault(struct fault *f);
/* One character, or the word tab. False if it is none. */
bool import_delimiter(const char *text, char *ret_delimiter);

#endif
