/* The sandbox world: made-up creators, the same bytes for the same options on every machine. One CSV file
 * (RFC 4180, header line, LF) per kind of evidence, in the columns that an import takes. Shapes follow the
 * ranking specification (b1 to b6): log-normal sizes, engagement about the seed curve with its spread, niches
 * by Zipf with neighbours, some fraud, some missing data. Every address ends in .invalid; no person and no
 * brand in it exists.
 *
 * The files hold `creators` generated accounts and, before them, SANDBOX_FIXTURES accounts that never change:
 * test_many_01..60 (niche test-many) and test_null_1..3 (niche test-null). */
#ifndef NICHED_INGEST_SANDBOX_H
#define NICHED_INGEST_SANDBOX_H

#include "base/err.h"
#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

/* Its frozen clock, 2026-11-01T00:00:00Z, in seconds since 1970: everything in it happened before. */
#define SANDBOX_CLOCK_S          INT64_C(1793491200)
#define SANDBOX_FIXTURES         63
#define SANDBOX_CREATORS_DEFAULT 2000
#define SANDBOX_CREATORS_MAX     10000000
#define SANDBOX_POSTS_MAX        200
/* Up to this many creators a world is small: 24 posts each by default, follower history for 40 % of them and
 * an audience for 2.5 %; above, 12 posts, 5 % and 0.5 %. */
#define SANDBOX_SMALL 50000

/* In the order in which they are imported: the later files speak of accounts of the first. */
enum sandbox_file {
    SANDBOX_CREATORS,
    SANDBOX_POSTS,
    SANDBOX_SNAPSHOTS,
    SANDBOX_PRICES,
    SANDBOX_COLLABORATIONS,
    SANDBOX_ENGAGERS,
    SANDBOX_AUDIENCE,
    SANDBOX_FILE_COUNT
};

/* `creators` 0..SANDBOX_CREATORS_MAX, fixtures apart. `posts_mean` is the mean number of posts an active
 * account has in its files, 1..SANDBOX_POSTS_MAX, or 0 for the default of the size. Creator i is the same in
 * every world of the same seed, but for the number of posts and for whether it has follower history. */
struct sandbox_options {
    int64_t creators;
    uint64_t seed;
    int posts_mean;
};

/* Takes the next n > 0 bytes of a file; anything but ERR_OK stops the writing and is what sandbox_write
 * returns. */
typedef enum err sandbox_sink(void *ctx, const char *data, size_t n);

/* A file that is being generated, read piece by piece in bounded memory (about 200 KB beside the word lists).
 */
struct sandbox_reader;

/* The name of a file without its extension, and the kind of its import: "creators", "posts", ... */
const char *sandbox_file_name(enum sandbox_file file);
/* Checks the options: ERR_PARAM_INVALID with the parameter (creators, posts) in *f, which may be NULL. */
NODISCARD enum err sandbox_check(const struct sandbox_options *o, struct fault *f);
/* Generates a file and hands it to `sink` in chunks of about 64 KB. ERR_PARAM_INVALID for bad options,
 * ERR_INTERNAL if the embedded word lists are broken (both said in *f, which may be NULL), else what the sink
 * said. */
NODISCARD enum err sandbox_write(const struct sandbox_options *o, enum sandbox_file file, sandbox_sink *sink,
                                 void *ctx, struct fault *f);

/* Starts a file; errors as in sandbox_write. The caller closes it. */
NODISCARD enum err sandbox_reader_open(const struct sandbox_options *o, enum sandbox_file file,
                                       struct fault *f, struct sandbox_reader **ret_reader);
/* Copies the next bytes of the file, at most `cap`; 0 at its end. Never fails. `reader` is a struct
 * sandbox_reader *. The bytes do not depend on how they are asked for. */
long sandbox_reader_read(void *reader, char *buf, size_t cap);
/* The same as the read callback of struct import_source (`ctx` is a struct sandbox_reader *). Always ERR_OK.
 */
NODISCARD enum err sandbox_reader_source(void *ctx, char *buf, size_t cap, struct fault *f, size_t *ret_n);
/* Creators done, fixtures included: for showing progress. */
int64_t sandbox_reader_done(const struct sandbox_reader *r);
/* Closes it. Accepts NULL. */
void sandbox_reader_close(struct sandbox_reader *r);
/* For CLEANUP(sandbox_reader_close_at). */
void sandbox_reader_close_at(struct sandbox_reader **r);

#endif
