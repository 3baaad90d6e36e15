/* Pulling real creators from a platform's own interface with the operator's own key. One table says the
 * platforms; a further one is one more file (src/ingest/pull_<name>.c) and one line of it. */
#ifndef NICHED_INGEST_PULL_H
#define NICHED_INGEST_PULL_H

#include "base/settings.h"
#include "ingest/import.h"
#include "store/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PULL_MAX = 5000,      /* accounts of a pull */
    PULL_POSTS = 24,      /* newest posts of an account: what the scorer looks at */
    PULL_POSTS_MAX = 100, /* ... at most */
    PULL_BATCH = 50,      /* accounts that are read and imported together */
};

struct pull_platform;

/* What is told while it works, and at the end. */
struct pull_summary {
    bool resumed;      /* went on with an earlier, unfinished pull */
    bool closed;       /* complete: the next pull of the same begins anew */
    int64_t found;     /* accounts known to the pull */
    int64_t read;      /* ... read and imported by this run */
    int64_t gone;      /* ... not given by the platform, met by this run */
    int64_t left;      /* ... still to be read */
    int64_t due;       /* refresh: accounts older than asked */
    int64_t late;      /* refresh: ... older than may be kept, before; after: that still are */
    int64_t forgotten; /* refresh: accounts deleted */
    int64_t expired;   /* refresh: posts and rows of history deleted */
    int64_t accounts_created;
    int64_t accounts_updated;
    int64_t posts_created;
    int64_t posts_updated;
    int64_t refused;   /* rows that the import refused */
    char refusal[160]; /* why the first of them was */
    int64_t requests;
    int64_t units;       /* used by this run */
    int64_t units_today; /* used by all runs of the platform's day */
};

/* Told after each request. */
typedef void (*pull_on_progress)(void *ctx, const struct pull_summary *s);

struct pull_options {
    const struct pull_platform *platform;
    const struct settings *settings; /* keys, addresses, times */
    const char *query;               /* what to search for, or NULL */
    const char *const *usernames;    /* whom to read, if there is no query */
    size_t username_count;
    int max;                              /* accounts, 1..PULL_MAX */
    int posts;                            /* newest posts of each, 1..PULL_POSTS_MAX */
    int64_t quota;                        /* units a day; 0: the platform's default */
    int64_t now_us;                       /* what "now" is in rows */
    const struct crypto_secrets *secrets; /* as of import_options */
    pull_on_progress on_progress;         /* may be NULL */
    void *progress_ctx;
};

/* The table of platforms; *ret_count of them. */
const struct pull_platform *const *pull_platforms(size_t *ret_count);
/* The platform of that name, or NULL. */
const struct pull_platform *pull_platform_find(const char *name);
/* Its name, e.g. "youtube". */
const char *pull_platform_name(const struct pull_platform *p);
/* Whether it is searched by words; else it is asked for usernames. */
bool pull_platform_searches(const struct pull_platform *p);
/* Days that what it gives may be kept without being asked for again. */
int pull_platform_max_age_days(const struct pull_platform *p);
/* Units a day that it allows unless --quota says otherwise. */
int64_t pull_platform_quota(const struct pull_platform *p);
/* What it asks of those who use it, in words. */
const char *pull_platform_policies(const struct pull_platform *p);

/* When its conditions were accepted (microseconds since 1970); 0: they were not. ERR_STORE_*. */
NODISCARD enum err pull_accepted(struct db *db, const struct pull_platform *p, struct fault *f,
                                 int64_t *ret_us);
/* Remembers that they were. ERR_STORE_*. */
NODISCARD enum err pull_accept(struct db *db, const struct pull_platform *p, int64_t now_us, struct fault *f);

/* Finds accounts, reads them with their newest posts, imports both (source "<name> api", seen at now_us).
 * Goes on with an open pull that asked the same; running it again never makes a row twice. *ret_summary is
 * filled as far as it came, also on failure. Errors: ERR_LIMIT_RATE when the day's units are used up or the
 * platform asks to stop (run again later), ERR_AUTH_REQUIRED for a key that it refuses, ERR_USAGE for a key
 * that is not set, ERR_STORE_CONFLICT while another run does the same, ERR_IO, ERR_DATA_FORMAT (answers that
 * are none), ERR_STORE_*. */
NODISCARD enum err pull_run(struct db *db, const struct pull_options *o, struct fault *f,
                            struct pull_summary *ret_summary);

struct refresh_options {
    int days;          /* accounts not seen for as long are asked for again, 1..max_age_days */
    bool dry_run;      /* only counts: due, late */
    bool delete_stale; /* deletes what is still older than may be kept at the end */
};

/* Asks again for accounts of the platform's source that were not seen for some days, the most valuable first;
 * deletes those that it says are gone, and posts and history of the source that are older than may be kept.
 * Without a key nothing is asked when delete_stale says to delete. Errors as pull_run. */
NODISCARD enum err pull_refresh(struct db *db, const struct pull_options *o, const struct refresh_options *r,
                                struct fault *f, struct pull_summary *ret_summary);

#endif
