/* The lines of the sandbox's files. Each function appends the CSV lines of one creator to pen->out. */
#ifndef NICHED_INGEST_SANDBOX_ROWS_H
#define NICHED_INGEST_SANDBOX_ROWS_H

#include "base/buf.h"
#include "ingest/sandbox_person.h"

#include <stdint.h>

#define SANDBOX_NONE INT64_MIN /* an empty cell */

struct sandbox_pen {
    const struct sandbox_words *words;
    struct buf *out;
    struct buf *scratch; /* for a cell being composed; empty between calls */
    int posts_mean;
    uint32_t history_permille;  /* of creators have snapshots */
    uint32_t audience_permille; /* of creators have engagers; four times as many have audience shares */
};

/* Lines of creators.csv, one a creator. */
void sandbox_row_creator(struct sandbox_pen *pen, const struct sandbox_person *p);
/* Lines of posts.csv, newest first; none for an account whose posts are missing. */
void sandbox_rows_posts(struct sandbox_pen *pen, const struct sandbox_person *p);
/* Lines of snapshots.csv, oldest first: weekly or daily over the 90 days before the clock. */
void sandbox_rows_snapshots(struct sandbox_pen *pen, const struct sandbox_person *p);
/* Lines of prices.csv. */
void sandbox_rows_prices(struct sandbox_pen *pen, const struct sandbox_person *p);
/* Lines of collaborations.csv. */
void sandbox_rows_collaborations(struct sandbox_pen *pen, const struct sandbox_person *p);
/* Lines of engagers.csv: who liked or commented, 60 to 440 of the 600 people of her main niche, numbered
 * without a gap (round the end): how many two creators of a niche share can be told from the file. */
void sandbox_rows_engagers(struct sandbox_pen *pen, const struct sandbox_person *p);
/* Lines of audience.csv: of some accounts where the audience lives (most of it at home), its age and gender;
 * the shares of ages and of genders sum to 1. */
void sandbox_rows_audience(struct sandbox_pen *pen, const struct sandbox_person *p);
/* The lines of fixture `index` (0..SANDBOX_FIXTURES - 1) in a file. */
void sandbox_rows_fixture(struct sandbox_pen *pen, enum sandbox_file file, int index);

/* What an average post of this creator gets, for totals of the account: views, and likes and comments
 * together. */
int64_t sandbox_usual_views(const struct sandbox_person *p);
/* As sandbox_usual_views, but engagements (b2). */
int64_t sandbox_usual_engagements(const struct sandbox_person *p);

/* Appends a whole number, nothing for SANDBOX_NONE. */
void sandbox_cell_number(struct buf *out, int64_t x);
/* Appends n bytes as a cell: in quotes, quotes doubled, where RFC 4180 asks for it. */
void sandbox_cell_text(struct buf *out, const char *s, size_t n);
/* Appends pen->scratch as a cell and empties it. */
void sandbox_cell_scratch(struct sandbox_pen *pen);
/* Appends a day, "2026-10-31", from seconds since 1970 (years 1970..9999). */
void sandbox_cell_day(struct buf *out, int64_t s);
/* Appends a time, "2026-10-31T18:04:11Z". */
void sandbox_cell_time(struct buf *out, int64_t s);
/* Appends "instagram,username,": how every line begins. */
void sandbox_cell_account(struct buf *out, const struct sandbox_person *p);

#endif
