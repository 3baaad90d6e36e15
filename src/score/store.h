/* Inside the scorer only: what goes between the store and score_account(). */
#ifndef NICHED_SCORE_STORE_H
#define NICHED_SCORE_STORE_H

#include "base/buf.h"
#include "score/account.h"
#include "store/db.h"

/* ---- model.c ---- */

enum { PLATFORM_IDS_MAX = 64 };

/* Versions and clocks as the store has them. */
struct store_state {
    int64_t taxonomy_version;
    char model_version[SCORE_MODEL_BYTES];
    int64_t clock_us[SCORE_WORLDS_MAX]; /* FIELD_NULL_I64: the world has no clock of its own */
    bool world[SCORE_WORLDS_MAX];
};

/* The platforms of the store by their small id; -1 for one that src/rank does not know. */
struct platform_map {
    int8_t rank[PLATFORM_IDS_MAX];
};

/* Reads versions and clocks. ERR_STORE_*, ERR_DATA_INVALID. */
NODISCARD enum err state_read(struct db *db, struct fault *f, struct store_state *ret_state);
/* Reads the platforms. ERR_STORE_*. */
NODISCARD enum err platforms_read(struct db *db, struct fault *f, struct platform_map *ret_map);
/* Reads the active model and builds a context over the taxonomy. ERR_STORE_*, ERR_NO_MEMORY. */
NODISCARD enum err context_read(struct db *db, const struct taxonomy *tax, const struct store_state *state,
                                struct fault *f, struct score_context **ret_context);

/* ---- read.c ---- */

enum batch_answer {
    TAKE_ANSWER,
    POSTS_ANSWER,
    COMMENTS_ANSWER,
    SNAPSHOTS_ANSWER,
    FACTS_ANSWER,
    BOOKINGS_ANSWER,
    BATCH_ANSWERS
};

/* Where to go on among the dirty accounts. */
struct account_at {
    int64_t creator_id;
    int64_t account_id;
};

/* The evidence of a batch; texts point into the answers. */
struct batch {
    struct arena *mem;
    struct rows *answers[BATCH_ANSWERS];
    size_t n;
    struct account_evidence *ev;
    struct score_post *posts; /* of all accounts */
    size_t n_posts;
    struct score_booking *bookings;
    size_t n_bookings;
    size_t n_taken; /* with those that are no more */
    struct account_at *taken;
    size_t n_gone;
    struct account_at *gone;
};

/* Makes the memory of a batch. ERR_NO_MEMORY. */
NODISCARD enum err batch_init(struct batch *b, struct fault *f);
/* Frees it. */
void batch_done(struct batch *b);
/* Takes up to `limit` accounts behind `after` and not behind `upto` by the statement `query` (score_take:
 * dirty ones, locked, inside a transaction; effect_take: any), and reads all their evidence. What b held
 * before is forgotten. ERR_STORE_*, ERR_DATA_INVALID. */
NODISCARD enum err batch_read(struct batch *b, struct db *db, const char *query,
                              const struct score_context *ctx, const struct platform_map *platforms,
                              struct account_at after, struct account_at upto, size_t limit, struct fault *f);
/* Creators and accounts as two array literals in an arena, for statements that take a batch. */
struct id_arrays {
    const char *creators;
    const char *accounts;
};
struct id_arrays ids_of(const struct account_at *at, size_t n, struct arena *a);

/* ---- posts.c: the part of batch_read() about posts ---- */

/* Reads posts with their comment counts and brands into the evidence of the batch. `ids` are the arrays of
 * the batch's accounts. ERR_STORE_*. */
NODISCARD enum err batch_read_posts(struct batch *b, struct db *db, struct id_arrays ids, struct fault *f);
/* Gives brands of posts and bookings their trades. ERR_STORE_*. */
NODISCARD enum err batch_read_trades(struct batch *b, struct db *db, struct fault *f);
/* Groups the rows of answer r by their first column (1-based account): *ret_first gets, for each account and
 * one behind, where its rows begin in *ret_rows, the row numbers by account in the order of the answer. */
void rows_by_account(const struct batch *b, const struct rows *r, size_t **ret_first, size_t **ret_rows);

/* ---- copy.c: rows as PostgreSQL's binary COPY ---- */

/* Begins the stream. */
void copy_begin(struct buf *out);
/* Begins a row of `fields` fields; that many values must follow. */
void copy_row(struct buf *out, int fields);
/* Ends the stream. */
void copy_end(struct buf *out);
/* Null. */
void copy_null(struct buf *out);
/* smallint. */
void copy_i16(struct buf *out, int64_t v);
/* integer. */
void copy_i32(struct buf *out, int64_t v);
/* bigint. */
void copy_i64(struct buf *out, int64_t v);
/* real; NaN is null. */
void copy_f32(struct buf *out, float v);
/* double precision; NaN is null. */
void copy_f64(struct buf *out, double v);
/* boolean. */
void copy_bool(struct buf *out, bool v);
/* boolean; -1 is null. */
void copy_flag(struct buf *out, int8_t v);
/* integer: the day, since 1970, of a time in microseconds; FIELD_NULL_I64 is null. */
void copy_day(struct buf *out, int64_t us);
/* text; NULL is null. */
void copy_text(struct buf *out, const char *s);
/* timestamptz from microseconds since 1970; FIELD_NULL_I64 is null. */
void copy_time(struct buf *out, int64_t us);
/* integer[]. */
void copy_i32s(struct buf *out, const int32_t *v, size_t n);
/* real[]. */
void copy_f32s(struct buf *out, const float *v, size_t n);
/* double precision[]. */
void copy_f64s(struct buf *out, const double *v, size_t n);
/* text[] begins: n values by copy_text() must follow. Returns what copy_texts_end() needs. */
size_t copy_texts(struct buf *out, size_t n);
/* text[] ends. */
void copy_texts_end(struct buf *out, size_t mark);

/* ---- keep.c ---- */

/* Inside a transaction that began with score_lock: the compounds of which rows are kept. Those with a niche
 * that the taxonomy does not know are left out. ERR_STORE_*. */
NODISCARD enum err compounds_read(struct db *db, const struct taxonomy *tax, struct fault *f,
                                  struct score_compounds *ret_compounds);
/* Makes the rows of the compound that has waited longest, and drops the least recently used beyond `most`, in
 * one transaction. *ret_made: whether there was one. Does nothing when `tax` is no longer taxonomy `version`.
 * ERR_STORE_*. */
NODISCARD enum err compounds_keep(struct db *db, const struct taxonomy *tax, int64_t version, size_t most,
                                  struct fault *f, bool *ret_made);

/* ---- write.c ---- */

enum { WRITE_TABLES = 4 };

/* The rows of a batch, as they will be copied. */
struct write {
    struct buf table[WRITE_TABLES];
    size_t rows[WRITE_TABLES];
};

/* Begins a batch. */
void write_begin(struct write *w);
/* Frees it. */
void write_done(struct write *w);
/* Adds an account's rows. */
void write_account(struct write *w, const struct score_context *ctx, const struct account_evidence *ev,
                   const struct account_result *r);
/* Inside the transaction of the batch: brings the store to what was added, raises versions, takes the batch
 * off the list, notifies. `now_us`: the clock of each world, for score_history. *ret_changed: accounts of
 * which a ranked row changed. ERR_STORE_*. */
NODISCARD enum err write_store(struct write *w, struct db *db, const struct batch *b,
                               const int64_t now_us[SCORE_WORLDS_MAX], struct fault *f, size_t *ret_changed);

#endif
