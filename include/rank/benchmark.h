/* What engagement is usual at a given size: one curve per platform and basis, as data with its source. */
#ifndef NICHED_RANK_BENCHMARK_H
#define NICHED_RANK_BENCHMARK_H

#include "base/macros.h"

#include <stdbool.h>

enum rank_platform { RANK_INSTAGRAM, RANK_TIKTOK, RANK_YOUTUBE, RANK_PLATFORM_COUNT };

/* What an engagement rate is divided by. Rates of different bases are never mixed: each has its own
 * benchmark. TOTALS: the mean over all posts of the account, per follower, one observation. */
enum rank_basis { RANK_BASIS_FOLLOWERS, RANK_BASIS_VIEWS, RANK_BASIS_TOTALS, RANK_BASIS_COUNT };

/* mu(F) = alpha + beta ln(F / 10,000) is the typical ln rate of accounts with F followers; tau the spread of
 * accounts around the curve, s the spread of posts around their account, both on the ln scale. `numerator`
 * says what must be counted for a rate to be comparable. `evidence` is M measured, V vendor or published
 * table, A assumption. Strings are static. */
struct benchmark {
    enum rank_platform platform;
    enum rank_basis basis;
    double alpha;
    double beta;
    double tau;
    double s;
    int n_accounts; /* behind the numbers; 0: not a fit of ours */
    const char *numerator;
    const char *evidence;
    const char *source;
    const char *as_of; /* ISO date of the seed */
};

/* The seed curve of a platform and basis, used until the first fit (ranking specification, b2). A basis
 * without a published table has an assumption with a wide tau, and its source says so. */
struct benchmark benchmark_seed(enum rank_platform platform, enum rank_basis basis);
/* mu(F): the usual ln rate at `followers` (taken as 1 if below 1), size-adjusted benchmark (b2). */
double benchmark_mu(const struct benchmark *b, double followers);
/* exp(mu(F)): the usual rate at `followers`, a fraction >= 0. */
double benchmark_rate(const struct benchmark *b, double followers);

/* Lower-case name: "instagram", "tiktok", "youtube". */
const char *rank_platform_name(enum rank_platform platform);
/* Looks a name up, exact spelling. False, and *ret_platform untouched, if there is none. */
NODISCARD bool rank_platform_by_name(const char *name, enum rank_platform *ret_platform);
/* "followers", "views" or "totals". */
const char *rank_basis_name(enum rank_basis basis);
/* The basis to use when the posts carry what it needs: followers on Instagram, views on TikTok and YouTube
 * (b2). */
enum rank_basis rank_default_basis(enum rank_platform platform);
/* Age in days from which a post counts: 2, on YouTube 7 (maturity, b2). */
double rank_maturity_days(enum rank_platform platform);

#endif
