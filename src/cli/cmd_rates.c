/* niched rates: what other currencies are worth. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "ingest/rates.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN_MAX = 20 };

static const char help[] =
    "usage: niched rates load FILE [--world live|sandbox] [--source NAME]\n"
    "       niched rates list [--world live|sandbox]\n\n"
    "Prices in other currencies than USD are converted when they are imported or sent, by the rate of their "
    "day\n"
    "(valid_from) or the newest of the 7 days before. FILE (- is standard input) is a CSV with the columns "
    "date,\n"
    "currency (ISO 4217) and usd_per_unit (USD for one unit); all of it is loaded, or nothing. A rate that "
    "is\n"
    "loaded again replaces the old one; prices that were converted before stay as they are.\n\n"
    "  printf 'date,currency,usd_per_unit\\n2026-11-20,EUR,1.0842\\n' | niched rates load -\n";

struct rates_args {
    const char *file; /* NULL: list */
    const char *source;
    int world;
};

static enum err set_option(const char *name, const char *value, struct rates_args *a, struct fault *f) {
    if (strcmp(name, "--source") == 0 && a->file && value && *value)
        a->source = value;
    else if (strcmp(name, "--world") == 0 && value && strcmp(value, "live") == 0)
        a->world = 0;
    else if (strcmp(name, "--world") == 0 && value && strcmp(value, "sandbox") == 0)
        a->world = 1;
    else
        return fault_set(f, ERR_USAGE, "cannot take \"%s%s%s\": see niched rates --help", name,
                         value ? " " : "", value ? value : "");
    return ERR_OK;
}

static enum err parse(int argc, char **argv, struct rates_args *a, struct fault *f) {
    *a = (struct rates_args){0};
    bool load = argc > 2 && strcmp(argv[1], "load") == 0;
    if (!load && (argc < 2 || strcmp(argv[1], "list") != 0))
        return fault_set(f, ERR_USAGE, "say load FILE or list, got \"%s\"", argc > 1 ? argv[1] : "");
    a->file = load ? argv[2] : NULL;
    enum err e = ERR_OK;
    for (int i = load ? 3 : 2; i < argc && !e; i += 2)
        e = set_option(argv[i], i + 1 < argc ? argv[i + 1] : NULL, a, f);
    return e;
}

static enum err read_fd(void *ctx, char *buf, size_t n, struct fault *f, size_t *ret_n) {
    const int *fd = ctx;
    ssize_t got;
    do
        got = read(*fd, buf, n);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fault_set(f, ERR_IO, "reading failed: %s", strerror(errno));
    *ret_n = (size_t)got;
    return ERR_OK;
}

static void show_problems(const struct problems *p) {
    for (size_t i = 0; i < p->count && i < SHOWN_MAX; i++)
        fprintf(stderr, "line %lld: %s%s%s%s%s\n", (long long)p->items[i].line, p->items[i].column,
                *p->items[i].column ? " " : "", p->items[i].reason, *p->items[i].value ? ", got " : "",
                p->items[i].value);
    if (p->count > SHOWN_MAX)
        fprintf(stderr, "... and %zu more\n", p->count - SHOWN_MAX + (size_t)p->not_kept);
}

static enum err load(struct db *db, const struct rates_args *a, struct fault *f) {
    bool standard = strcmp(a->file, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(a->file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault_set(f, ERR_IO, "cannot open \"%s\": %s", a->file, strerror(errno));
    const char *slash = strrchr(a->file, '/');
    const char *name = a->source ? a->source : standard ? "stdin" : slash ? slash + 1 : a->file;
    struct rates_summary s;
    enum err e = rates_load(db, (struct import_source){read_fd, &fd}, name, a->world, f, &s);
    show_problems(&s.problems);
    if (!e)
        printf("%lld rates read, %lld new or changed\n", (long long)s.rows, (long long)s.changed);
    problems_done(&s.problems);
    if (!standard)
        close(fd);
    return e;
}

static enum err list(struct db *db, const struct rates_args *a, struct fault *f) {
    static const char *const names[] = {"currency", "rates", "first", "newest", "usd_per_unit", "source"};
    const char *params[] = {a->world ? "1" : "0"};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(db, "rates_list", 1, params, f, &rows);
    if (e)
        return e;
    for (size_t i = 0; i <= rows_count(rows); i++)
        for (int c = 0; c < (int)COUNT_OF(names); c++)
            printf("%-*s%s", c == (int)COUNT_OF(names) - 1 ? 0 : 14, i ? rows_text(rows, i - 1, c) : names[c],
                   c == (int)COUNT_OF(names) - 1 ? "\n" : "");
    return ERR_OK;
}

int cmd_rates(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    CLEANUP(db_close_at) struct db *db = NULL;
    struct settings settings;
    struct rates_args args;
    struct fault f = {0};
    enum err e = parse(argc, argv, &args, &f);
    if (!e)
        e = cli_open("rates", &settings, &f, &db);
    if (!e)
        e = args.file ? load(db, &args, &f) : list(db, &args, &f);
    return e ? cli_fault("rates", &f) : 0;
}
