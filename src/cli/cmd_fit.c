/* niched fit: the model from the operator's own data, as versions that can be listed and put in force again.
 */
#include "cli/cli.h"
#include "cli/commands.h"
#include "score/fit.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: niched fit [--dry-run] [--note TEXT] | --list | --activate VERSION\n\n"
    "Fits what is usual from the live accounts of this store: engagement by size, how common each niche is,\n"
    "how big its creators are, and which niches the same creators make. What there is too little data for\n"
    "stays as it is. The result is a new version, in force at once; the old ones stay and can be put in "
    "force\n"
    "again. The sandbox never enters. Running it twice makes one version.\n\n"
    "  --dry-run           shows what would be fitted and changes nothing\n"
    "  --note TEXT         kept with the version, 1 to 500 bytes (else: what was fitted)\n"
    "  --list              all versions\n"
    "  --activate VERSION  puts a version in force again\n\n"
    "  niched fit --dry-run\n"
    "  niched fit --note 'after the import of November' && niched score\n"
    "  niched fit --activate 2026.1\n";

enum { NOTE_MAX = 500 };

struct fit_args {
    bool dry_run;
    bool list;
    const char *note;
    const char *activate;
};

static enum err check(int argc, char **argv, const struct fit_args *a, struct fault *f) {
    if (optind < argc)
        return fault_set(f, ERR_USAGE, "takes no argument \"%s\"; see niched fit --help", argv[optind]);
    if (a->list + (a->activate != NULL) + (a->dry_run || a->note) > 1)
        return fault_set(f, ERR_USAGE, "--list, --activate and a fit exclude each other");
    if (a->note && (!a->note[0] || strlen(a->note) > NOTE_MAX))
        return fault_set(f, ERR_USAGE, "--note must be 1 to %d bytes, got %zu", NOTE_MAX, strlen(a->note));
    return ERR_OK;
}

static enum err parse(int argc, char **argv, struct fit_args *ret, struct fault *f) {
    static const struct option options[] = {{"dry-run", no_argument, 0, 'd'},
                                            {"note", required_argument, 0, 'n'},
                                            {"list", no_argument, 0, 'l'},
                                            {"activate", required_argument, 0, 'a'},
                                            {0}};
    *ret = (struct fit_args){0};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == '?')
            return fault_set(f, ERR_USAGE, "see niched fit --help");
        ret->dry_run |= c == 'd';
        ret->list |= c == 'l';
        if (c == 'n')
            ret->note = optarg;
        else if (c == 'a')
            ret->activate = optarg;
    }
    return check(argc, argv, ret, f);
}

/* Why a curve is what it is. */
static void print_reason(const struct fit_line_report *c) {
    size_t n = c->found.n_accounts;
    if (c->found.outcome == FIT_OK)
        fputs(c->found.floored ? "fitted; spread at its least value" : "fitted", stdout);
    else if (!c->asked)
        fputs("kept: the scorer does not read it", stdout);
    else if (c->found.outcome == FIT_ONE_SIZE)
        fputs("kept: the accounts are all of one size", stdout);
    else
        printf("kept (%s): %zu account%s, %d needed", c->before.fitted ? "an earlier fit" : "seed", n,
               n == 1 ? "" : "s", FIT_ACCOUNTS_MIN);
}

static void print_curves(const struct fit_report *r) {
    printf("%-10s %-9s %8s %8s %6s %6s %6s   %-29s %s\n", "platform", "basis", "accounts", "at 10k", "beta",
           "tau", "s", "seed: at 10k  beta   tau     s", "");
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++)
        for (int b = 0; b < RANK_BASIS_COUNT; b++) {
            const struct fit_line_report *c = &r->curve[p][b];
            const struct benchmark *now = &c->after.b;
            struct benchmark seed = benchmark_seed((enum rank_platform)p, (enum rank_basis)b);
            printf("%-10s %-9s %8zu %8.4f %6.3f %6.3f %6.3f   %12.4f %5.2f %5.2f %5.2f   ",
                   rank_platform_name((enum rank_platform)p), rank_basis_name((enum rank_basis)b),
                   c->found.n_accounts, exp(now->alpha), now->beta, now->tau, now->s, exp(seed.alpha),
                   seed.beta, seed.tau, seed.s);
            print_reason(c);
            putchar('\n');
        }
}

static void print_niches(const struct fit_report *r) {
    printf("\n%zu live accounts of people; evidence for a niche: %zu creators; posts with text: %.0f (newer "
           "ones "
           "weigh more) of %zu creators\n",
           r->accounts, r->creators, r->posts, r->posts_creators);
    printf("base rates:     %s", r->base_rates_fitted ? "fitted\n" : "kept");
    if (!r->base_rates_fitted)
        printf(": %zu creators with such posts, %d needed\n", r->posts_creators, FIT_CREATORS_MIN);
    printf("median sizes:   of %zu niches (%d creators needed), 10,000 elsewhere\n", r->medians,
           FIT_SIZE_CREATORS_MIN);
    if (r->pairs_fitted)
        printf("related niches: %zu fitted\n", r->pairs);
    else
        printf("related niches: kept: %zu creators, %d needed\n", r->creators, FIT_CREATORS_MIN);
    if (r->waiting)
        printf("%zu accounts wait to be scored, their niches are not in this: run niched score before\n",
               r->waiting);
}

/* Whether anything was fitted at all. */
static bool any(const struct fit_report *r) {
    bool found = r->base_rates_fitted || r->medians || r->pairs_fitted;
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++)
        for (int b = 0; b < RANK_BASIS_COUNT; b++)
            found = found || r->curve[p][b].found.outcome == FIT_OK;
    return found;
}

static void print_next(const struct fit_report *r) {
    putchar('\n');
    if (r->version[0])
        printf("model %s is in force, %zu accounts are to be scored again: run niched score, or let niched "
               "serve do it;\nback with niched fit --activate %s\n",
               r->version, r->marked, r->before);
    else if (r->changed)
        printf("dry run: model %s stays in force; without --dry-run this becomes a new version\n", r->before);
    else if (any(r))
        printf("nothing new: these are the numbers of model %s, which stays in force\n", r->before);
    else
        printf("nothing fitted: %s; model %s stays in force\n",
               r->accounts ? "too little live data, see above"
                           : "there are no live accounts, and the sandbox never enters",
               r->before);
}

static enum err fit(struct db *db, const struct fit_args *args, const struct settings *s, struct fault *f) {
    struct fit_report r;
    struct fit_options options = {.now_us = s->now_us, .dry_run = args->dry_run, .note = args->note};
    enum err e = fit_run(db, &options, f, &r);
    if (e && r.version[0]) /* in force, but not all accounts are marked */
        fprintf(stderr, "niched fit: finish with niched fit --activate %s\n", r.version);
    if (!e) {
        print_curves(&r);
        print_niches(&r);
        print_next(&r);
    }
    fit_report_free(&r);
    return e;
}

static enum err list(struct db *db, struct fault *f) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = fit_versions(db, f, &rows);
    if (e)
        return e;
    printf("%-10s %-8s %-10s %6s %6s %6s  %s\n", "version", "status", "made", "curves", "niches", "pairs",
           "note");
    for (size_t i = 0; i < rows_count(rows); i++)
        printf("%-10s %-8s %-10s %6s %6s %6s  %s\n", rows_text(rows, i, 0), rows_text(rows, i, 1),
               rows_text(rows, i, 2), rows_text(rows, i, 3), rows_text(rows, i, 4), rows_text(rows, i, 5),
               rows_text(rows, i, 6));
    return ERR_OK;
}

static enum err activate(struct db *db, const char *version, struct fault *f) {
    size_t marked = 0;
    enum err e = fit_activate(db, version, f, &marked);
    if (!e)
        printf("model %s is in force, %zu accounts are to be scored again: run niched score, or let niched "
               "serve do it\n",
               version, marked);
    return e;
}

int cmd_fit(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    CLEANUP(db_close_at) struct db *db = NULL;
    struct fit_args args;
    struct settings settings;
    struct fault f = {0};
    enum err e = parse(argc, argv, &args, &f);
    if (!e)
        e = cli_open("fit", &settings, &f, &db);
    if (!e && args.list)
        e = list(db, &f);
    else if (!e && args.activate)
        e = activate(db, args.activate, &f);
    else if (!e)
        e = fit(db, &args, &settings, &f);
    return e ? cli_fault("fit", &f) : 0;
}
