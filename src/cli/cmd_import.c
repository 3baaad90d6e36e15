/* niched import. Invariant: one file is one transaction; a file that fails does not stop the ones behind it,
 * but decides the exit status. */
#include "cli/cmd_import.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "ingest/import_ask.h"
#include "ingest/secrets.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_RULES = 64 };

struct command {
    struct import_options import;
    struct map_rule rules[MAX_RULES];
    const char *source;
    const char *workspace; /* NULL: shared rows */
    int64_t observed_us;   /* 0: by the file */
    long max_shown;
    bool help;
};

static int usage(const struct fault *f) {
    fprintf(stderr, "niched import: %s", f->detail);
    for (size_t i = 0; i < f->hint_count; i++)
        fprintf(stderr, "%s%s", i ? ", " : "; did you mean ", f->hints[i]);
    fputs("\nTry 'niched import --help'.\n", stderr);
    return err_exit(ERR_USAGE);
}

static enum err set_platform(struct command *c, char *value, struct fault *f) {
    c->import.map.platform = platform_of(value, strlen(value));
    return c->import.map.platform
               ? ERR_OK
               : fault_set(f, ERR_USAGE, "--platform must be instagram, tiktok or youtube, got \"%s\"",
                           value);
}

static enum err set_kind(struct command *c, char *value, struct fault *f) {
    c->import.map.kind = value;
    return kind_find(value) ? ERR_OK
                            : fault_set(f, ERR_USAGE, "--kind must be %s, got \"%s\"", kinds_names(), value);
}

static enum err set_map(struct command *c, char *value, struct fault *f) {
    char *equals = strrchr(value, '=');
    if (!equals || equals == value || !equals[1])
        return fault_set(f, ERR_USAGE, "--map must be COLUMN=FIELD, got \"%s\"", value);
    if (c->import.map.rule_count == MAX_RULES)
        return fault_set(f, ERR_USAGE, "--map may be given at most %d times", MAX_RULES);
    *equals = '\0';
    c->rules[c->import.map.rule_count++] = (struct map_rule){value, equals + 1};
    return ERR_OK;
}

static enum err set_delimiter(struct command *c, char *value, struct fault *f) {
    bool good = import_delimiter(value, &c->import.delimiter);
    return good ? ERR_OK
                : fault_set(f, ERR_USAGE, "--delimiter must be one character or tab, got \"%s\"", value);
}

static enum err set_encoding(struct command *c, char *value, struct fault *f) {
    (void)f;
    c->import.encoding = value;
    return ERR_OK;
}

static enum err set_source(struct command *c, char *value, struct fault *f) {
    c->source = value;
    return *value ? ERR_OK : fault_set(f, ERR_USAGE, "--source must not be empty");
}

static enum err set_workspace(struct command *c, char *value, struct fault *f) {
    c->workspace = value;
    c->import.workspace_id = -1; /* its id when the store is there; a dry run needs none */
    return *value ? ERR_OK : fault_set(f, ERR_USAGE, "--workspace must not be empty");
}

static enum err set_observed(struct command *c, char *value, struct fault *f) {
    if (!clock_parse(value, strlen(value), &c->observed_us) || c->observed_us > clock_now_us() + CLOCK_DAY)
        return fault_set(f, ERR_USAGE,
                         "--observed-at must be a time of the past such as 2026-11-18T09:00:00Z, got \"%s\"",
                         value);
    return ERR_OK;
}

static enum err set_strict(struct command *c, char *value, struct fault *f) {
    (void)value;
    (void)f;
    c->import.strict = true;
    return ERR_OK;
}

static enum err set_dry_run(struct command *c, char *value, struct fault *f) {
    (void)value;
    (void)f;
    c->import.dry_run = true;
    return ERR_OK;
}

static enum err set_revertible(struct command *c, char *value, struct fault *f) {
    (void)value;
    (void)f;
    c->import.undo = true;
    return ERR_OK;
}

static enum err set_max_shown(struct command *c, char *value, struct fault *f) {
    char *end;
    c->max_shown = strtol(value, &end, 10);
    return !*end && end != value && c->max_shown >= 0 && c->max_shown <= PROBLEMS_MAX
               ? ERR_OK
               : fault_set(f, ERR_USAGE, "--max-errors-shown must be 0 to %d, got \"%s\"", PROBLEMS_MAX,
                           value);
}

static enum err set_help(struct command *c, char *value, struct fault *f) {
    (void)value;
    (void)f;
    c->help = true;
    return ERR_OK;
}

static const struct {
    const char *name;
    int argument;
    enum err (*set)(struct command *c, char *value, struct fault *f);
} options[] = {
    {"platform", required_argument, set_platform},
    {"kind", required_argument, set_kind},
    {"map", required_argument, set_map},
    {"delimiter", required_argument, set_delimiter},
    {"encoding", required_argument, set_encoding},
    {"source", required_argument, set_source},
    {"workspace", required_argument, set_workspace},
    {"observed-at", required_argument, set_observed},
    {"strict", no_argument, set_strict},
    {"dry-run", no_argument, set_dry_run},
    {"revertible", no_argument, set_revertible},
    {"max-errors-shown", required_argument, set_max_shown},
    {"help", no_argument, set_help},
};

static enum err read_options(int argc, char **argv, struct command *c, struct fault *f) {
    struct option table[COUNT_OF(options) + 1] = {0};
    for (size_t i = 0; i < COUNT_OF(options); i++)
        table[i] = (struct option){options[i].name, options[i].argument, NULL, (int)i + 1000};
    optind = 0;
    opterr = 0;
    for (int got; (got = getopt_long(argc, argv, ":", table, NULL)) != -1;) {
        if (got < 1000)
            return fault_set(f, ERR_USAGE, "%s \"%s\"",
                             got == ':' ? "a value is missing behind" : "no such option", argv[optind - 1]);
        enum err e = options[got - 1000].set(c, optarg, f);
        if (e)
            return e;
    }
    return ERR_OK;
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

static enum err open_file(const char *path, struct fault *f, int *ret_fd, struct stat *ret_stat) {
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, ret_stat) != 0)
        return fault_set(f, ERR_IO, "cannot open: %s", strerror(errno));
    if (S_ISDIR(ret_stat->st_mode))
        return fault_set(f, ERR_IO, "is a folder, not a file");
    *ret_fd = fd;
    return ERR_OK;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return strcmp(path, "-") == 0 ? "stdin" : slash ? slash + 1 : path;
}

static void report(const struct command *c, const char *path, const struct import_summary *s, enum err e,
                   const struct fault *f) {
    if (c->import.dry_run)
        import_print_columns(stdout, s);
    import_print_problems(stderr, s, c->max_shown);
    if (!e || s->map)
        import_print_summary(stdout, path, s, c->import.dry_run);
    fflush(stdout);
    if (!e)
        return;
    fprintf(stderr, "niched import: %s: %s", path, f->detail);
    for (size_t i = 0; i < f->hint_count; i++)
        fprintf(stderr, "%s%s", i ? ", " : "; did you mean ", f->hints[i]);
    fputc('\n', stderr);
}

static int import_file(struct db *db, const struct command *c, const char *path) {
    struct fault f = {0};
    struct stat st = {0};
    int fd = -1;
    enum err e = open_file(path, &f, &fd, &st);
    if (e) {
        fprintf(stderr, "niched import: %s: %s\n", path, f.detail);
        return err_exit(e);
    }
    bool regular = S_ISREG(st.st_mode);
    struct import_options o = c->import;
    int64_t now = clock_now_us();
    int64_t written = regular ? st.st_mtim.tv_sec * CLOCK_S + st.st_mtim.tv_nsec / 1000 : now;
    o.source = c->source ? c->source : base_name(path);
    o.map.observed_us = c->observed_us ? c->observed_us : written < now ? written : now;
    o.map.latest_us = now + CLOCK_DAY;
    struct import_bar bar = {.out = isatty(STDERR_FILENO) ? stderr : NULL, .total = regular ? st.st_size : 0};
    struct import_summary *s = malloc(sizeof *s);
    if (!s)
        abort();
    e = import_run(db, &o, (struct import_source){read_fd, &fd}, import_bar_draw, &bar, &f, s);
    import_bar_clear(&bar);
    report(c, path, s, e, &f);
    import_summary_done(s);
    free(s);
    if (fd != STDIN_FILENO)
        close(fd);
    return err_exit(e);
}

static enum err find_workspace(struct db *db, struct command *c, struct fault *f) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(db, "workspace_find", 1, &c->workspace, f, &rows);
    if (!e && !rows_text(rows, 0, 0))
        e = fault_set(f, ERR_USAGE, "there is no workspace \"%s\": there is %s", c->workspace,
                      rows_text(rows, 0, 1) ? rows_text(rows, 0, 1) : "none");
    if (!e)
        c->import.workspace_id = rows_i64(rows, 0, 0);
    return e;
}

static enum err open_store(struct command *c, struct crypto_secrets *secrets, struct fault *f,
                           struct db **ret_db) {
    struct settings settings;
    enum err e = cli_open("import", &settings, f, ret_db);
    if (!e && c->workspace)
        e = find_workspace(*ret_db, c, f);
    if (!e)
        e = secrets_open(*ret_db, settings.secret_file, f, secrets);
    c->import.secrets = secrets;
    return e ? e : secrets_for_samples(*ret_db, secrets, f, &c->import.map.secret);
}

int cmd_import(int argc, char **argv) {
    struct fault f = {0};
    struct command c = {.max_shown = 20};
    c.import.map.rules = c.rules;
    if (read_options(argc, argv, &c, &f) != ERR_OK)
        return usage(&f);
    if (c.help) {
        import_print_help(stdout);
        return 0;
    }
    if (optind == argc) {
        fault_set(&f, ERR_USAGE, "no file given");
        return usage(&f);
    }
    CLEANUP(db_close_at) struct db *db = NULL;
    struct crypto_secrets secrets;
    enum err e = c.import.dry_run ? ERR_OK : open_store(&c, &secrets, &f, &db);
    if (e)
        return cli_fault("import", &f);
    int worst = 0;
    for (int i = optind; i < argc; i++) {
        int status = import_file(db, &c, argv[i]);
        worst = status > worst ? status : worst;
    }
    return worst;
}
