/* niched score: scores until nothing is dirty. Invariant: each job has its own connection and scorer; jobs
 * share nothing but counters. */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "score/scorer.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: niched score [--all | --retry] [--batch N] [--jobs N]\n"
    "       niched score --failed\n\n"
    "Scores every account with new evidence until none is left. Running it twice changes nothing.\n\n"
    "  --all      first marks every account as changed, for a new model or taxonomy\n"
    "  --failed   lists the accounts that could not be scored in three attempts, with why, and scores "
    "nothing\n"
    "  --retry    tries those again, too\n"
    "  --batch N  accounts a transaction, 1 to 5000 (1000)\n"
    "  --jobs N   workers, each with its own connection, 1 to 64 (1)\n\n"
    "  niched score --jobs 4\n";

enum { JOBS_MAX = 64, PROGRESS_MS = 500 };

struct score_args {
    bool all, failed, retry;
    size_t batch;
    size_t jobs;
};

/* One worker. `handled` counts while it runs; the rest is read after it ended. */
struct job {
    pthread_t thread;
    struct settings settings;
    size_t batch;
    _Atomic uint64_t handled;
    atomic_bool ended;
    struct scorer_totals totals;
    enum err failed;
    struct fault fault;
};

static enum err number(const char *name, const char *text, size_t max, size_t *ret, struct fault *f) {
    char *end;
    errno = 0;
    unsigned long v = strtoul(text, &end, 10);
    if (errno || *end || end == text || text[0] == '-' || v < 1 || v > max)
        return fault_set(f, ERR_USAGE, "--%s must be 1 to %zu, got \"%s\"", name, max, text);
    *ret = v;
    return ERR_OK;
}

static enum err parse(int argc, char **argv, struct score_args *ret, struct fault *f) {
    static const struct option options[] = {
        {"all", no_argument, 0, 'a'},        {"failed", no_argument, 0, 'f'},
        {"retry", no_argument, 0, 'r'},      {"batch", required_argument, 0, 'b'},
        {"jobs", required_argument, 0, 'j'}, {0}};
    *ret = (struct score_args){.batch = SCORER_BATCH_BULK, .jobs = 1};
    enum err e = ERR_OK;
    for (int c; !e && (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == '?')
            return fault_set(f, ERR_USAGE, "see niched score --help");
        ret->all |= c == 'a';
        ret->failed |= c == 'f';
        ret->retry |= c == 'r';
        if (c == 'b')
            e = number("batch", optarg, SCORER_BATCH_MAX, &ret->batch, f);
        else if (c == 'j')
            e = number("jobs", optarg, JOBS_MAX, &ret->jobs, f);
    }
    if (!e && optind < argc)
        e = fault_set(f, ERR_USAGE, "takes no argument \"%s\"; see niched score --help", argv[optind]);
    if (!e && ret->failed && argc > 2)
        e = fault_set(f, ERR_USAGE, "--failed lists and takes no other option; --retry tries again");
    return e;
}

static enum err run_job(struct job *j, struct fault *f) {
    CLEANUP(db_close_at) struct db *db = NULL;
    CLEANUP(scorer_free_at) struct scorer *s = NULL;
    struct scorer_options options = {
        .now_us = j->settings.now_us, .batch = j->batch, .compounds = (size_t)j->settings.compounds};
    enum err e = db_open(j->settings.database_url, "niched score", f, &db);
    if (!e)
        e = scorer_open(db, &options, f, &s);
    for (size_t handled = 1; !e && handled > 0;) {
        e = scorer_step(s, f, &handled);
        if (!e)
            j->handled += handled;
    }
    for (size_t niches = 1; !e && niches > 0;)
        e = scorer_recount(s, f, &niches);
    for (size_t niches = 1; !e && niches > 0;)
        e = scorer_market(s, f, &niches);
    if (s)
        j->totals = *scorer_totals(s);
    return e;
}

static void *job_main(void *arg) {
    struct job *j = arg;
    j->failed = run_job(j, &j->fault);
    j->ended = true;
    return NULL;
}

/* Marks what is to be scored; *ret_waiting tells how much that is. */
static enum err prepare(const struct score_args *args, struct settings *settings, struct fault *f,
                        size_t *ret_waiting) {
    CLEANUP(db_close_at) struct db *db = NULL;
    CLEANUP(scorer_free_at) struct scorer *s = NULL;
    size_t marked;
    enum err e = cli_open("score", settings, f, &db);
    struct scorer_options options = {.now_us = settings->now_us, .batch = 1};
    if (!e)
        e = scorer_open(db, &options, f, &s);
    if (!e && args->retry)
        e = db_query(db, "score_retry", 0, NULL, f, NULL);
    if (!e && args->all)
        e = scorer_mark_all(s, f, &marked);
    for (marked = 1; !e && marked > 0;)
        e = scorer_mark_due(s, f, &marked);
    return e ? e : scorer_waiting(s, f, ret_waiting);
}

static void show_progress(const struct job *jobs, size_t n, size_t waiting, int64_t begin_ms) {
    uint64_t handled = 0;
    for (size_t i = 0; i < n; i++)
        handled += jobs[i].handled;
    int64_t ms = clock_mono_ms() - begin_ms;
    fprintf(stderr, "\r\033[K%llu accounts, %.0f/s, %llu left", (unsigned long long)handled,
            ms > 0 ? 1000.0 * (double)handled / (double)ms : 0.0,
            (unsigned long long)(waiting > handled ? waiting - handled : 0));
}

static bool all_ended(struct job *jobs, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!jobs[i].ended)
            return false;
    return true;
}

/* Starts the jobs, shows how far they are, waits for them. */
static enum err run_jobs(struct job *jobs, size_t n, size_t waiting, struct fault *f) {
    int64_t begin = clock_mono_ms();
    size_t started = 0;
    while (started < n && pthread_create(&jobs[started].thread, NULL, job_main, &jobs[started]) == 0)
        started++;
    bool terminal = isatty(STDERR_FILENO);
    while (!all_ended(jobs, started)) {
        nanosleep(&(struct timespec){0, 20000000L}, NULL);
        if (terminal && (clock_mono_ms() - begin) % PROGRESS_MS < 20)
            show_progress(jobs, started, waiting, begin);
    }
    if (terminal)
        fputs("\r\033[K", stderr);
    for (size_t i = 0; i < started; i++)
        pthread_join(jobs[i].thread, NULL);
    for (size_t i = 0; i < started; i++)
        if (jobs[i].failed) {
            *f = jobs[i].fault;
            return jobs[i].failed;
        }
    return started == n ? ERR_OK : fault_set(f, ERR_INTERNAL, "no thread for job %zu of %zu", started + 1, n);
}

static void summarise(const struct job *jobs, size_t n, int64_t us) {
    struct scorer_totals t = {0};
    for (size_t i = 0; i < n; i++) {
        const struct scorer_totals *j = &jobs[i].totals;
        t.scored += j->scored;
        t.changed += j->changed;
        t.failed += j->failed;
        t.read_us += j->read_us;
        t.compute_us += j->compute_us;
        t.write_us += j->write_us;
        if (j->last_error[0])
            memcpy(t.last_error, j->last_error, sizeof t.last_error);
    }
    double s = (double)us / 1e6;
    printf("%llu accounts scored, %llu changed, in %.1f s: %.0f accounts/s (reading %.1f s, computing %.1f "
           "s, writing "
           "%.1f s), peak memory %.0f MB\n",
           (unsigned long long)t.scored, (unsigned long long)t.changed, s, s > 0 ? (double)t.scored / s : 0.0,
           (double)t.read_us / 1e6, (double)t.compute_us / 1e6, (double)t.write_us / 1e6, cli_peak_mib());
    if (t.failed)
        printf("%llu attempts failed, accounts are set aside after %d: %s\n", (unsigned long long)t.failed,
               SCORER_TRIES, t.last_error);
}

/* Accounts set aside, a line each. */
static int list_failed(void) {
    CLEANUP(db_close_at) struct db *db = NULL;
    CLEANUP(rows_free_at) struct rows *r = NULL;
    struct settings settings;
    struct fault f = {0};
    enum err e = cli_open("score", &settings, &f, &db);
    if (!e)
        e = db_query(db, "score_failed", 0, NULL, &f, &r);
    for (size_t i = 0; !e && i < rows_count(r); i++)
        printf("creator %s  %s  %s  %s tries: %s\n", rows_text(r, i, 0),
               rows_text(r, i, 2) ? rows_text(r, i, 2) : "(gone)",
               rows_text(r, i, 1) ? rows_text(r, i, 1) : "-", rows_text(r, i, 3),
               rows_text(r, i, 4) ? rows_text(r, i, 4) : "no error is on record");
    if (!e)
        printf("%zu accounts are set aside%s\n", rows_count(r),
               rows_count(r) ? ": niched score --retry tries them again" : "");
    return e ? cli_fault("score", &f) : 0;
}

int cmd_score(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    struct score_args args;
    struct settings settings;
    struct fault f = {0};
    size_t waiting = 0;
    enum err e = parse(argc, argv, &args, &f);
    if (!e)
        e = args.failed ? ERR_OK : prepare(&args, &settings, &f, &waiting);
    if (e)
        return cli_fault("score", &f);
    if (args.failed)
        return list_failed();
    struct job *jobs = calloc(args.jobs, sizeof *jobs);
    if (!jobs)
        return cli_fault("score", &(struct fault){.code = ERR_NO_MEMORY});
    for (size_t i = 0; i < args.jobs; i++) {
        jobs[i].settings = settings;
        jobs[i].batch = args.batch;
    }
    int64_t begin = clock_mono_us();
    e = run_jobs(jobs, args.jobs, waiting, &f);
    if (!e)
        summarise(jobs, args.jobs, clock_mono_us() - begin);
    free(jobs);
    return e ? cli_fault("score", &f) : 0;
}
