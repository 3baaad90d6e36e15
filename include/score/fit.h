/* Fits a model from the live accounts of the store and puts it in force: engagement curves, base rates and
 * median sizes of niches, niches that the same creators make. What is below its sample limit is carried over
 * from the model in force, so that every version is complete and any of them can be put in force again. The
 * sandbox, brands and creators who opted out never enter.
 *
 * Assumptions [A] beyond the ranking specification:
 * - A curve is fitted on accounts of 1,000 to 100,000 followers. An account with posts tells about followers,
 * and about views where the scorer reads it so; one without posts about totals.
 * - At most about 20,000 accounts a platform enter, with posts and without, by a hash of their id: they give
 * the usual rate to 1 %. More memory than theirs is not used.
 * - Base rates and related niches need 300 creators, a median size 30 (of 1,000 to 100,000 followers).
 * - A niche and one above it are not related: they go together by construction. */
#ifndef NICHED_SCORE_FIT_H
#define NICHED_SCORE_FIT_H

#include "base/arena.h"
#include "base/err.h"
#include "rank/benchmark.h"
#include "rank/fit.h"
#include "store/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIT_CREATORS_MIN = 300, FIT_SIZE_CREATORS_MIN = 30, FIT_VERSION_BYTES = 32 };

/* A curve as a model has it. Texts live as long as the report. */
struct fit_row {
    struct benchmark b;
    const char *source;
    const char *measured_on; /* ISO date */
    bool fitted;             /* else a seed */
};

/* One platform and basis: what is in force, what was found, what the new model has. */
struct fit_line_report {
    struct fit_row before;
    struct fit_row after;
    struct fit_curve found;
    bool asked; /* the scorer reads this platform on this basis */
};

/* What a fit saw and did. */
struct fit_report {
    struct arena *mem;
    struct fit_line_report curve[RANK_PLATFORM_COUNT][RANK_BASIS_COUNT];
    size_t accounts;       /* live ones, people alone */
    size_t waiting;        /* of them not scored yet */
    double posts;          /* decayed posts with text */
    size_t posts_creators; /* whose they are */
    size_t creators;       /* with evidence for a niche */
    size_t niches;         /* rows about niches */
    size_t medians;        /* of them with a median size of their own */
    size_t pairs;          /* related niches, each way */
    bool base_rates_fitted;
    bool pairs_fitted;
    bool changed;  /* differs from the model in force */
    size_t marked; /* accounts to be scored again */
    char before[FIT_VERSION_BYTES];
    char version[FIT_VERSION_BYTES]; /* the new one; empty: none was made */
};

/* now_us: decides day and year; 0: the real time. note: kept with the model, NULL: made from what was fitted.
 */
struct fit_options {
    int64_t now_us;
    bool dry_run;
    const char *note;
};

/* Reads, fits and, without dry_run, puts the result in force: a new version where any number differs from
 * those in force, made in one transaction, then all accounts are marked to be scored again. Where none
 * differs there is no new version. Running it twice makes one version. The report is to be freed, also on
 * failure. ERR_STORE_*, ERR_DATA_INVALID, ERR_NO_MEMORY. */
NODISCARD enum err fit_run(struct db *db, const struct fit_options *options, struct fault *f,
                           struct fit_report *ret_report);
/* Frees what a report owns. */
void fit_report_free(struct fit_report *r);
/* Puts a version in force, and marks all accounts to be scored again; for the one that is in force already it
 * does the latter alone (a switch that was cut short is finished so). ERR_USAGE naming the versions there
 * are. */
NODISCARD enum err fit_activate(struct db *db, const char *version, struct fault *f, size_t *ret_marked);
/* All versions, newest first: version, status, day, fitted curves, rows about niches, related pairs, note.
 * The caller frees the rows. ERR_STORE_*. */
NODISCARD enum err fit_versions(struct db *db, struct fault *f, struct rows **ret_rows);

#endif
