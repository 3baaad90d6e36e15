/* niched sandbox: generates the made-up world and imports it like any file, or writes it as CSV, or removes
 * it. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "ingest/import.h"
#include "ingest/sandbox.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: niched sandbox [--creators N] [--seed S] [--posts N] [--if-empty]\n"
    "       niched sandbox [--creators N] [--seed S] [--posts N] --out DIR\n"
    "       niched sandbox --purge\n\n"
    "Loads a made-up world (world=sandbox): the same options give the same creators. Its clock is frozen at\n"
    "2026-11-01, its addresses end in .invalid, it never mixes with real creators.\n\n"
    "  --creators N  how many, 0 to 10,000,000 (2,000)     --seed S   any whole number (1)\n"
    "  --posts N     posts of an active account on average  --if-empty does nothing where there is a sandbox "
    "already\n"
    "  --out DIR     writes CSV files instead              --purge    removes every sandbox creator\n";

struct sandbox_args {
    struct sandbox_options o;
    const char *out;
    bool if_empty, purge;
};

static enum err whole(const char *name, const char *text, int64_t *ret, struct fault *f) {
    char *end;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (errno || *end || end == text || v < 0)
        return fault_set(f, ERR_USAGE, "--%s must be a whole number from 0, got \"%s\"", name, text);
    *ret = v;
    return ERR_OK;
}

static enum err parse(int argc, char **argv, struct sandbox_args *ret, struct fault *f) {
    static const struct option options[] = {{"creators", required_argument, 0, 'c'},
                                            {"seed", required_argument, 0, 's'},
                                            {"posts", required_argument, 0, 'p'},
                                            {"out", required_argument, 0, 'o'},
                                            {"if-empty", no_argument, 0, 'i'},
                                            {"purge", no_argument, 0, 'x'},
                                            {0}};
    *ret = (struct sandbox_args){.o = {.creators = SANDBOX_CREATORS_DEFAULT, .seed = 1}};
    enum err e = ERR_OK;
    for (int c; !e && (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        int64_t v = 0;
        if (c == '?')
            return fault_set(f, ERR_USAGE, "see niched sandbox --help");
        if (c == 'c' || c == 's' || c == 'p')
            e = whole(c == 'c' ? "creators" : c == 's' ? "seed" : "posts", optarg, &v, f);
        if (c == 'c')
            ret->o.creators = v;
        else if (c == 's')
            ret->o.seed = (uint64_t)v;
        else if (c == 'p')
            ret->o.posts_mean = v > SANDBOX_POSTS_MAX ? SANDBOX_POSTS_MAX + 1 : (int)v;
        else if (c == 'o')
            ret->out = optarg;
        ret->if_empty |= c == 'i';
        ret->purge |= c == 'x';
    }
    if (!e && optind < argc)
        e = fault_set(f, ERR_USAGE, "takes no argument \"%s\"; see niched sandbox --help", argv[optind]);
    return e ? e : sandbox_check(&ret->o, f);
}

static enum err write_chunk(void *ctx, const char *data, size_t n) {
    return fwrite(data, 1, n, ctx) == n ? ERR_OK : ERR_IO;
}

static enum err write_files(const struct sandbox_args *args, struct fault *f) {
    for (int i = 0; i < SANDBOX_FILE_COUNT; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s.csv", args->out, sandbox_file_name((enum sandbox_file)i));
        FILE *out = fopen(path, "we");
        if (!out)
            return fault_set(f, ERR_IO, "cannot write \"%s\": %s", path, strerror(errno));
        enum err e = sandbox_write(&args->o, (enum sandbox_file)i, write_chunk, out, f);
        if (fclose(out) != 0 && !e)
            e = ERR_IO;
        if (e)
            return f->code ? e : fault_set(f, e, "cannot write \"%s\": %s", path, strerror(errno));
        printf("%s\n", path);
    }
    return ERR_OK;
}

static bool show(void *ctx, const struct import_progress *p) {
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%-16s %-8s %12lld rows ", (const char *)ctx, p->phase, (long long)p->rows);
    return true;
}

static enum err load_file(struct db *db, const struct sandbox_options *o, enum sandbox_file file,
                          struct fault *f) {
    CLEANUP(sandbox_reader_close_at) struct sandbox_reader *reader = NULL;
    enum err e = sandbox_reader_open(o, file, f, &reader);
    if (e)
        return e;
    static const struct crypto_secret salt = {"a made-up world has no secrets"};
    struct import_options io = {.source = "sandbox", .world = IMPORT_WORLD_SANDBOX, .strict = true};
    io.map.kind = sandbox_file_name(file);
    io.map.secret = &salt;
    io.map.observed_us = io.map.latest_us = SANDBOX_CLOCK_S * 1000000;
    struct import_source source = {sandbox_reader_source, reader};
    struct import_summary summary = {0};
    e = import_run(db, &io, source, show, (void *)(uintptr_t)sandbox_file_name(file), f, &summary);
    if (!e)
        printf("%s%-16s %10lld rows, %lld refused, %.1f s\n", isatty(STDERR_FILENO) ? "\r" : "",
               sandbox_file_name(file), (long long)summary.rows, (long long)summary.refused,
               summary.read_s + summary.merge_s);
    import_summary_done(&summary);
    return e;
}

static enum err is_empty(struct db *db, struct fault *f, bool *ret_empty) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_run(db, "select not exists (select 1 from creator where world = 1)", f, &rows);
    if (!e)
        *ret_empty = rows_bool(rows, 0, 0);
    return e;
}

static enum err purge(struct db *db, struct fault *f) {
    int64_t total = 0;
    for (;;) {
        CLEANUP(rows_free_at) struct rows *rows = NULL;
        enum err e = db_query(db, "sandbox_purge", 0, NULL, f, &rows);
        if (e)
            return e;
        int64_t n = rows_i64(rows, 0, 0);
        total += n;
        if (n == 0)
            break;
    }
    printf("%lld sandbox creators removed\n", (long long)total);
    enum err e = db_run(db, "delete from currency_rate where world = 1", f, NULL);
    return e ? e
             : db_run(db, "update niche_version set version = version + 1 where world = 1; notify niched", f,
                      NULL);
}

static enum err run(const struct sandbox_args *args, struct fault *f) {
    CLEANUP(db_close_at) struct db *db = NULL;
    struct settings s;
    bool empty = true;
    if (args->out)
        return write_files(args, f);
    enum err e = cli_open("sandbox", &s, f, &db);
    if (!e && args->purge)
        return purge(db, f);
    if (!e && args->if_empty)
        e = is_empty(db, f, &empty);
    if (!e && !empty)
        printf("there is a sandbox already\n");
    for (int i = 0; !e && empty && i < SANDBOX_FILE_COUNT; i++)
        e = load_file(db, &args->o, (enum sandbox_file)i, f);
    return e || !empty ? e : db_query(db, "sandbox_rates", 0, NULL, f, NULL);
}

int cmd_sandbox(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    struct sandbox_args args;
    struct fault f = {0};
    enum err e = parse(argc, argv, &args, &f);
    if (!e)
        e = run(&args, &f);
    return e ? cli_fault("sandbox", &f) : 0;
}
