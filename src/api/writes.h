/* Inside api only: one write of a creator over HTTP, from its body to its commit. */
#ifndef NICHED_API_WRITES_H
#define NICHED_API_WRITES_H

#include "api/api.h"
#include "base/json_read.h"
#include "ingest/erase.h"
#include "ingest/import.h"
#include "ingest/kinds.h"
#include "ingest/record.h"

/* A part of a write: on the writing thread, in its transaction. */
typedef enum err write_part(struct request *req);

/* What a route writes: rows of a kind, and how. */
struct write_way {
    const char *route; /* operationId */
    const char *kind;  /* NULL: takes no body */
    const char
        *taken; /* fields of the kind that the address says, or that cannot be written so; blanks around */
    write_part *read;           /* the body; NULL: there is none */
    write_part *before, *after; /* the merge of what the body has; NULL: nothing */
    bool makes;                 /* an unknown creator is made */
    bool shows;                 /* the answer is the creator */
    bool own;                   /* rows of a workspace, each of which names its account */
    bool beside;                /* accounts stay as they are: others of these may be written meanwhile */
};

/* Where a write is among those that came with it. */
enum write_place { WRITE_WAITS, WRITE_IN, WRITE_OVER };

struct write_query {
    const char *world;
    struct param_text source;
    int8_t partial;
};

/* The account that was found. */
struct write_account {
    const char *creator_id, *account_id, *username, *tag; /* NULL: none */
    bool opted_out;
    int64_t observed_us;
};

struct write_state {
    struct write_query q;
    const struct write_way *way;
    struct erase_account who;
    const char *platform, *username; /* as the address has them */
    const char *if_match, *once_key;
    const char *workspace; /* NULL: shared rows */
    int64_t now_us;
    struct db *db;
    /* of the body */
    struct record *records;        /* the first is the header */
    size_t n_records;              /* with the header */
    const struct json_value *rows; /* the first of those that came */
    int row_platform;              /* of the row at work */
    size_t username_at;            /* which field of a record is the username */
    size_t platform_at;            /* ... the platform */
    size_t refused;
    size_t n_faults, n_refused;         /* when it had been read */
    const char *source, *id, *observed; /* NULL: not given */
    struct buf cleared;                 /* names of fields as an array of PostgreSQL, open at its end */
    /* of the store */
    struct write_account account;
    struct import_part part; /* what came of its rows */
    bool again;              /* it was answered before */
    /* among others */
    enum write_place place;
    bool alone; /* it failed together with others */
    enum err e;
    /* the answer */
    int status;
    const char *answer; /* JSON; NULL: the creator, or nothing */
};

/* Carries writes out, as many in a transaction as go together; each has its own error. A request_jobs. */
void write_jobs(struct request *const *reqs, size_t n, enum err *ret_e);
/* Whether the account that was found may be written as the request wants: If-Match, erased, opted out, not
 * there. */
NODISCARD enum err write_check_account(struct request *req);
/* Rows of the request that the merge refused: told at their places. ERR_DATA_INVALID, ERR_CREATOR_ERASED;
 * ERR_OK when the caller takes the others (partial=true). `number`: the request's among those merged. */
NODISCARD enum err write_refused(struct request *req, int64_t number, const struct import_summary *s);
/* Parts of ways. A profile: what it no longer has is taken away; its name becomes the person's. */
enum err write_profile(struct request *req);
enum err write_profile_after(struct request *req);
/* Rows: named as the store has the name; counted in the answer. */
enum err write_rows(struct request *req);
enum err write_rows_after(struct request *req);
/* Erases the creator for good. */
enum err write_erase(struct request *req);

/* The way of a route, NULL if it is none. */
const struct write_way *write_way_of(const char *route);
/* Whether a body of that way may have a field of its kind. */
bool write_takes(const struct write_way *way, const char *field);
/* Reads the body into st->records and what stands beside them, with all faults noted. ERR_BODY_*. */
NODISCARD enum err write_read_object(struct request *req);
/* The same of one object or a list of up to WRITE_ROWS_MAX. */
NODISCARD enum err write_read_rows(struct request *req);
enum { WRITE_ROWS_MAX = 1000 };

/* Takes the request's Idempotency-Key. *ret_again: it was answered before, st has the answer.
 * ERR_IDEMPOTENCY_* when it is in use or was used for something else. */
NODISCARD enum err write_once_begin(struct request *req, bool *ret_again);
/* Keeps the answer under the key, in the same transaction. */
NODISCARD enum err write_once_end(struct request *req);

/* Reads platform and username of an address into the state. ERR_PARAM_INVALID. */
NODISCARD enum err write_address(struct request *req, const char *platform, const char *username);
/* Whether If-Match (a list of tags, or *) has the tag: what stands before its dot. What is behind it is of
 * one representation, and moves with scores. `tag` NULL: there is nothing. */
bool write_matches(const char *given, const char *tag);

/* Answers a creator as GET does, with a status. */
NODISCARD enum err api_creator_show(struct request *req, const char *id, int status);

#endif
