/* The inside of pull: what a platform's file gives, and what it may use. */
#ifndef NICHED_INGEST_PULL_OWN_H
#define NICHED_INGEST_PULL_OWN_H

#include "base/buf.h"
#include "ingest/fetch.h"
#include "ingest/pull.h"

#include <cjson/cJSON.h>

/* What an answer means. */
enum pull_verdict {
    PULL_BY_STATUS, /* what its HTTP status says */
    PULL_GOOD,
    PULL_AGAIN,  /* asking again later helps */
    PULL_STOP,   /* no more today, or for long */
    PULL_KEY,    /* the key is refused */
    PULL_ABSENT, /* what was asked for is not there */
    PULL_FAILED,
};

enum pull_state { PULL_FOUND, PULL_READ, PULL_GONE };

struct pull_access {
    const char *base;
    const char *secret;  /* empty: not set */
    const char *setting; /* where it comes from */
    const char *secret_name;
    const char *prefix; /* of the header's value before the secret, e.g. "Bearer " */
};

struct pull;

struct pull_platform {
    const char *name;
    int platform; /* of table platform */
    const char *source;
    int max_age_days;
    int64_t quota;          /* units a day */
    const char *quota_zone; /* where that day begins */
    const char *edition;    /* of `policies`; another one is asked for again */
    const char *policies;
    const char *usage_header;
    const char *first_search; /* NULL: no search */
    bool by_id;               /* refresh asks by platform_account_id, else by username */
    void (*access)(const struct settings *s, struct pull_access *ret);
    /* Units that n accounts with `posts` newest posts each cost at most. */
    int64_t (*cost)(size_t n, int posts);
    /* One page of the search p->search from p->page_token on: calls pull_found(). */
    enum err (*find)(struct pull *p, struct fault *f);
    /* Reads n accounts: appends rows, says in ret_states which were read and which are gone. On failure what
     * was read counts. */
    enum err (*read)(struct pull *p, const char *const *keys, size_t n, enum pull_state *ret_states,
                     struct fault *f);
    /* What an answer that is not plainly good means; *ret_reason: its word or number. */
    enum pull_verdict (*judge)(const cJSON *body, struct buf *ret_reason);
    /* Seconds to leave the platform alone, by its usage header (may be empty); 0: go on. */
    int64_t (*pause_s)(const char *usage);
};

struct pull {
    struct db *db;
    const struct pull_options *o;
    const struct pull_platform *platform;
    struct fetch *fetch;
    struct fetch_answer answer;
    struct pull_summary *s;
    const char *secret;
    int64_t rest_s; /* the last usage header asks to leave it alone for so long; 0: no */
    int64_t quota;
    int lock_space; /* of the lock it holds, 0: none; with lock_id its key */
    int64_t lock_id;
    int64_t id;          /* of pull_job */
    struct buf search;   /* where the search is */
    struct buf token;    /* its next page; empty: the first */
    struct buf accounts; /* rows as NDJSON, for kind creators */
    struct buf posts;    /* ... posts */
};

/* One value of a row: where it is in the platform's object, and the field's name in ingest/kinds.c. */
struct pull_field {
    const char *path; /* members joined by dots */
    const char *name;
};

extern const struct pull_platform pull_youtube;
extern const struct pull_platform pull_instagram;

/* Opens the door for a run. ERR_USAGE when the key is not set. */
NODISCARD enum err pull_open(struct pull *p, struct fault *f);
/* Gives its lock back and frees what it holds. */
void pull_done(struct pull *p);
/* Asks for a target that costs so many units: takes them first, asks again politely when that helps.
 * *ret_json (cJSON_Delete) is NULL when it is not there. ERR_LIMIT_RATE, ERR_AUTH_REQUIRED, ERR_IO,
 * ERR_DATA_FORMAT, ERR_STORE_*. */
NODISCARD enum err pull_ask(struct pull *p, const char *target, int64_t cost, struct fault *f,
                            cJSON **ret_json);

/* The value at a path of members joined by dots; NULL if there is none. */
const cJSON *pull_at(const cJSON *object, const char *path);
/* Its text; NULL if it is no text. */
const char *pull_text(const cJSON *object, const char *path);
/* Appends a row: the fields that the object has, then `fixed` (more JSON members, or NULL). */
void pull_row(struct buf *rows, const cJSON *object, const struct pull_field *fields, size_t n,
              const char *fixed);
/* Imports the rows gathered and empties them. ERR_STORE_*, ERR_DATA_*. */
NODISCARD enum err pull_import(struct pull *p, struct fault *f);
/* Reads accounts and imports them. */
NODISCARD enum err pull_read_batch(struct pull *p, const char *const *keys, size_t n,
                                   enum pull_state *ret_states, struct fault *f);
/* How many of n accounts the day's units still pay for. ERR_LIMIT_RATE for none. */
NODISCARD enum err pull_affordable(struct pull *p, size_t n, struct fault *f, size_t *ret_n);

/* pull_store.c: units are taken before they are used. ERR_LIMIT_RATE when that were more than the quota. */
NODISCARD enum err pull_use_units(struct pull *p, int64_t units, struct fault *f);
/* What all runs of the day used. */
NODISCARD enum err pull_used_units(struct pull *p, struct fault *f);
/* Opens the pull that asks for `asked`, or goes on with it: sets id, search, token. */
NODISCARD enum err pull_job_open(struct pull *p, const char *asked, struct fault *f);
/* The lock of a run, held until pull_unlock(). ERR_STORE_CONFLICT when another has it. */
NODISCARD enum err pull_lock(struct pull *p, int space, int64_t id, struct fault *f);
/* Gives it back, if there is one: a backend that drops temporary tables outlives its client. */
void pull_unlock(struct pull *p);
/* Keeps keys (a JSON list) that were found and where the search goes on; `token` empty: its first page. */
NODISCARD enum err pull_found(struct pull *p, const char *keys, const char *search, const char *token,
                              struct fault *f);
/* Counts found, left and gone of the pull. */
NODISCARD enum err pull_count(struct pull *p, struct fault *f, int64_t *ret_found, int64_t *ret_left);
/* The next keys to read. */
NODISCARD enum err pull_take(struct pull *p, size_t n, struct fault *f, struct rows **ret_rows);
/* Notes what became of keys. */
NODISCARD enum err pull_mark(struct pull *p, const char *const *keys, const enum pull_state *states, size_t n,
                             struct fault *f);
/* Ends the pull. */
NODISCARD enum err pull_job_close(struct pull *p, struct fault *f);

#endif
