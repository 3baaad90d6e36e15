/* Inside api only: one write of a creator over HTTP, from its body to its commit. */
#ifndef NICHED_API_WRITES_H
#define NICHED_API_WRITES_H

#include "api/api.h"
#include "base/json_read.h"
#include "ingest/erase.h"
#include "ingest/kinds.h"
#include "ingest/record.h"

/* What a route writes: rows of a kind, and how. */
struct write_way {
    const char *route; /* operationId */
    const char *kind;  /* NULL: takes no body */
    const char
        *taken; /* fields of the kind that the address says, or that cannot be written so; blanks around */
    enum err (*run)(struct request *req);
    bool makes; /* an unknown creator is made */
    bool own;   /* rows of a workspace, each of which names its account */
};

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
    size_t refused;
    const char *source, *id, *observed; /* NULL: not given */
    struct buf cleared;                 /* names of fields as an array of PostgreSQL, open at its end */
    /* of the store */
    struct write_account account;
    /* the answer */
    int status;
    const char *answer; /* JSON; NULL: the creator, or nothing */
};

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
