/* Why: the sandbox is what the service is tried, tested and measured with before there is a real creator in
 * it. Invariants: the bytes of a file depend on the options and the file alone; whatever the number of
 * creators, no more than one creator's lines and a chunk are in memory. */
#include "ingest/sandbox.h"

#include "ingest/sandbox_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 65536

static const struct file {
    const char *name;
    const char *header;
    void (*rows)(struct sandbox_pen *pen, const struct sandbox_person *p);
} FILES[SANDBOX_FILE_COUNT] = {
    [SANDBOX_CREATORS] =
        {"creators",
         "platform,username,platform_account_id,name,bio,bio_link,picture_url,category,country,city,"
         "language,verified,followers,following,posts_total,likes_total,views_total,"
         "account_created_at\n",
         sandbox_row_creator},
    [SANDBOX_POSTS] =
        {"posts",
         "platform,username,post_id,posted_at,format,caption,hashtags,sponsored,disclosed,giveaway,brand,"
         "duration_s,likes,comments,shares,saves,views\n",
         sandbox_rows_posts},
    [SANDBOX_SNAPSHOTS] = {"snapshots", "platform,username,day,followers,following,posts_total\n",
                           sandbox_rows_snapshots},
    [SANDBOX_PRICES] = {"prices", "platform,username,deliverable,amount_usd,source,valid_from\n",
                        sandbox_rows_prices},
    [SANDBOX_COLLABORATIONS] =
        {"collaborations",
         "platform,username,brand,category,started_on,ended_on,posts,compensation,fee_usd,"
         "labelled\n",
         sandbox_rows_collaborations},
    [SANDBOX_ENGAGERS] = {"engagers", "platform,username,engager,interaction\n", sandbox_rows_engagers},
    [SANDBOX_AUDIENCE] = {"audience", "platform,username,dimension,bucket,share,sample_n,observed_at\n",
                          sandbox_rows_audience},
};

struct sandbox_reader {
    struct sandbox_words *words;
    struct sandbox_options options;
    enum sandbox_file file;
    int64_t done; /* creators, fixtures included */
    struct buf out;
    struct buf scratch;
    size_t taken; /* bytes of `out` already handed over */
    struct sandbox_pen pen;
};

const char *sandbox_file_name(enum sandbox_file file) {
    return FILES[file].name;
}

static enum err refuse(struct fault *f, const char *param, const char *allowed, int64_t value) {
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    fault_set(f, ERR_PARAM_INVALID, "%s must be %s, got \"%s\"", param, allowed, text);
    fault_param(f, param, text, allowed);
    return ERR_PARAM_INVALID;
}

enum err sandbox_check(const struct sandbox_options *o, struct fault *f) {
    if (o->creators < 0 || o->creators > SANDBOX_CREATORS_MAX)
        return refuse(f, "creators", "0 to 10000000", o->creators);
    if (o->posts_mean < 0 || o->posts_mean > SANDBOX_POSTS_MAX)
        return refuse(f, "posts", "1 to 200, or 0 for the default", o->posts_mean);
    return ERR_OK;
}

enum err sandbox_reader_open(const struct sandbox_options *o, enum sandbox_file file, struct fault *f,
                             struct sandbox_reader **ret_reader) {
    enum err err = sandbox_check(o, f);
    if (err != ERR_OK)
        return err;
    CLEANUP(sandbox_reader_close_at) struct sandbox_reader *r = calloc(1, sizeof *r);
    if (!r) {
        fault_set(f, ERR_NO_MEMORY, "no memory for the sandbox");
        return ERR_NO_MEMORY;
    }
    err = sandbox_words_new(f, &r->words);
    if (err != ERR_OK)
        return err;
    bool small = o->creators <= SANDBOX_SMALL;
    r->options = *o;
    r->file = file;
    r->pen = (struct sandbox_pen){.words = r->words, .out = &r->out, .scratch = &r->scratch};
    r->pen.posts_mean = o->posts_mean ? o->posts_mean : small ? 24 : 12;
    r->pen.history_permille = small ? 400 : 50;
    r->pen.audience_permille = small ? 25 : 5;
    buf_puts(&r->out, FILES[file].header);
    *ret_reader = r;
    r = NULL;
    return ERR_OK;
}

void sandbox_reader_close(struct sandbox_reader *r) {
    if (!r)
        return;
    sandbox_words_free(r->words);
    buf_free(&r->out);
    buf_free(&r->scratch);
    free(r);
}

void sandbox_reader_close_at(struct sandbox_reader **r) {
    sandbox_reader_close(*r);
}

int64_t sandbox_reader_done(const struct sandbox_reader *r) {
    return r->done;
}

/* Generates creators until a chunk is there or the world ends. */
static void fill(struct sandbox_reader *r) {
    struct sandbox_person p;
    while (r->out.len < CHUNK && r->done < r->options.creators + SANDBOX_FIXTURES) {
        if (r->done < SANDBOX_FIXTURES) {
            sandbox_rows_fixture(&r->pen, r->file, (int)r->done);
        } else {
            sandbox_person_make(r->words, r->options.seed, r->done - SANDBOX_FIXTURES, &p);
            FILES[r->file].rows(&r->pen, &p);
        }
        r->done++;
    }
}

static size_t waiting(struct sandbox_reader *r) {
    if (r->taken == r->out.len) {
        r->taken = r->out.len = 0;
        fill(r);
    }
    return r->out.len - r->taken;
}

long sandbox_reader_read(void *reader, char *buf, size_t cap) {
    struct sandbox_reader *r = reader;
    size_t n = waiting(r);
    n = n < cap ? n : cap;
    if (n)
        memcpy(buf, r->out.data + r->taken, n);
    r->taken += n;
    return (long)n;
}

enum err sandbox_reader_source(void *ctx, char *buf, size_t cap, struct fault *f, size_t *ret_n) {
    (void)f;
    *ret_n = (size_t)sandbox_reader_read(ctx, buf, cap);
    return ERR_OK;
}

enum err sandbox_write(const struct sandbox_options *o, enum sandbox_file file, sandbox_sink *sink, void *ctx,
                       struct fault *f) {
    CLEANUP(sandbox_reader_close_at) struct sandbox_reader *r = NULL;
    enum err err = sandbox_reader_open(o, file, f, &r);
    if (err != ERR_OK)
        return err;
    for (size_t n = 0; err == ERR_OK && (n = waiting(r)) > 0; r->taken += n)
        err = sink(ctx, r->out.data + r->taken, n);
    return err;
}
