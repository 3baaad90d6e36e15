/* niched pull and niched refresh: options, the conditions of a platform, progress, what came of it. */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "ingest/pull.h"
#include "ingest/secrets.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char pull_help[] =
    "usage: niched pull youtube --query WORDS [options]\n"
    "       niched pull instagram --usernames FILE [options]\n"
    "\n"
    "Reads real creators and their newest posts from the platform's own interface, with your own key, and\n"
    "imports them. Whatever stops it, the same command goes on where it stopped and makes no row twice.\n"
    "\n"
    "  --query WORDS      youtube: channels that search finds, then channels of videos that it finds\n"
    "  --usernames FILE   instagram: one username a line, - is standard input; professional accounts only\n"
    "  --max N            accounts at most, 1 to 5000 (200)\n"
    "  --posts N          newest posts of each, 1 to 100 (24)\n"
    "  --quota N          units a day that all runs together may use (youtube 10000, instagram 4800 "
    "requests)\n"
    "  --accept-policies  you have read and accept what the platform asks; needed once, asked on a terminal\n"
    "  --help\n"
    "\n"
    "keys: NICHED_YOUTUBE_KEY; NICHED_INSTAGRAM_TOKEN and NICHED_INSTAGRAM_USER_ID\n"
    "units of youtube: a page of search 100; 50 channels, 50 uploads of a channel or 50 videos 1 each\n"
    "\n"
    "exit status: 0 complete; 5 stopped at a limit, run it again later; 4 the key is refused; 2 wrong "
    "usage,\n"
    "             no key or conditions not accepted; 1 the platform does not answer; 6 the store failed\n"
    "\n"
    "examples:\n"
    "  niched pull youtube --query 'vegan fitness' --max 200\n"
    "  niched pull youtube --query 'keto recipes' --max 1000 --quota 5000\n"
    "  niched pull instagram --usernames names.txt --posts 50\n";

static const char refresh_help[] =
    "usage: niched refresh [PLATFORM...] [options]\n"
    "\n"
    "Keeps what was pulled within the age that its platform permits: accounts not seen for some days are "
    "asked\n"
    "for again, the most valuable first; those that are gone from the platform are deleted, and so are "
    "posts\n"
    "and history of it that are too old. Run it each day. Without PLATFORM: all of them.\n"
    "\n"
    "  --days N        accounts not seen for N days are asked for again, 1 to 30 (25: five days to spare)\n"
    "  --delete-stale  what is still older than 30 days at the end is deleted; without a key nothing is "
    "asked\n"
    "  --dry-run       only says how many there are\n"
    "  --posts N       newest posts of each, 1 to 100 (24)\n"
    "  --quota N       as of niched pull\n"
    "  --help\n"
    "\n"
    "exit status: as of niched pull\n"
    "\n"
    "examples:\n"
    "  niched refresh --dry-run\n"
    "  niched refresh youtube --delete-stale\n";

enum { MAX_DEFAULT = 200, DAYS_DEFAULT = 25, USERNAME_MAX = 64, QUOTA_MAX = 1000000000 };

struct args {
    const char *command; /* "pull", "refresh" */
    struct pull_options o;
    struct refresh_options r;
    const char *file;
    bool accepted;
    bool help;
    char names[PULL_MAX][USERNAME_MAX];
    const char *list[PULL_MAX];
};

static enum err number(const char *name, const char *text, long max, struct fault *f, long *ret) {
    char *end;
    errno = 0;
    long v = strtol(text, &end, 10);
    if (errno || *end || end == text || v < 1 || v > max)
        return fault_set(f, ERR_USAGE, "--%s must be 1 to %ld, got \"%s\"", name, max, text);
    *ret = v;
    return ERR_OK;
}

enum { FOR_PULL = 1, FOR_REFRESH = 2 };

static const struct spec {
    const char *name;
    int argument;
    char code;
    int of;
    long max;
} specs[] = {
    {"query", required_argument, 'q', FOR_PULL, 0},
    {"usernames", required_argument, 'u', FOR_PULL, 0},
    {"max", required_argument, 'm', FOR_PULL, PULL_MAX},
    {"accept-policies", no_argument, 'a', FOR_PULL, 0},
    {"posts", required_argument, 'p', FOR_PULL | FOR_REFRESH, PULL_POSTS_MAX},
    {"quota", required_argument, 'l', FOR_PULL | FOR_REFRESH, QUOTA_MAX},
    {"days", required_argument, 'd', FOR_REFRESH, 30},
    {"delete-stale", no_argument, 's', FOR_REFRESH, 0},
    {"dry-run", no_argument, 'n', FOR_REFRESH, 0},
    {"help", no_argument, 'h', FOR_PULL | FOR_REFRESH, 0},
};

static void set(struct args *a, char code, const char *text, long value) {
    a->o.query = code == 'q' ? text : a->o.query;
    a->file = code == 'u' ? text : a->file;
    a->o.max = code == 'm' ? (int)value : a->o.max;
    a->o.posts = code == 'p' ? (int)value : a->o.posts;
    a->o.quota = code == 'l' ? value : a->o.quota;
    a->r.days = code == 'd' ? (int)value : a->r.days;
    a->accepted |= code == 'a';
    a->r.delete_stale |= code == 's';
    a->r.dry_run |= code == 'n';
    a->help |= code == 'h';
}

static enum err parse(int argc, char **argv, int of, struct args *a, struct fault *f) {
    struct option table[COUNT_OF(specs) + 1] = {0};
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(specs); i++)
        if (specs[i].of & of)
            table[n++] = (struct option){specs[i].name, specs[i].argument, NULL, (int)i + 1000};
    optind = 0;
    opterr = 0;
    for (int got; (got = getopt_long(argc, argv, ":", table, NULL)) != -1;) {
        if (got < 1000)
            return fault_set(f, ERR_USAGE, "%s \"%s\"; see niched %s --help",
                             got == ':' ? "a value is missing behind" : "no such option", argv[optind - 1],
                             a->command);
        const struct spec *s = &specs[got - 1000];
        long value = 0;
        enum err e = s->max ? number(s->name, optarg, s->max, f, &value) : ERR_OK;
        if (e)
            return e;
        set(a, s->code, optarg, value);
    }
    return ERR_OK;
}

static enum err set_platform(struct args *a, const char *name, struct fault *f) {
    size_t n;
    const struct pull_platform *const *all = pull_platforms(&n);
    CLEANUP(buf_free) struct buf names = {0};
    for (size_t i = 0; i < n; i++)
        buf_printf(&names, "%s%s", i ? " or " : "", pull_platform_name(all[i]));
    a->o.platform = name ? pull_platform_find(name) : NULL;
    if (a->o.platform)
        return ERR_OK;
    return fault_set(f, ERR_USAGE, "the platform must be %s, got \"%s\"", names.data, name ? name : "");
}

/* Usernames, one a line; blanks, a leading @ and empty lines are dropped. */
static enum err read_names(struct args *a, struct fault *f) {
    bool standard = strcmp(a->file, "-") == 0;
    FILE *in = standard ? stdin : fopen(a->file, "re");
    if (!in)
        return fault_set(f, ERR_IO, "cannot open \"%s\": %s", a->file, strerror(errno));
    char line[1024];
    enum err e = ERR_OK;
    while (!e && fgets(line, sizeof line, in)) {
        char *from = line + strspn(line, " \t@");
        from[strcspn(from, " \t\r\n,;")] = '\0';
        if (!*from)
            continue;
        if (strlen(from) >= USERNAME_MAX || a->o.username_count == PULL_MAX) {
            e = fault_set(f, ERR_USAGE, "\"%s\" must hold at most %d usernames of at most %d bytes", a->file,
                          PULL_MAX, USERNAME_MAX - 1);
            continue;
        }
        size_t i = a->o.username_count++;
        memcpy(a->names[i], from, strlen(from) + 1);
        a->list[i] = a->names[i];
    }
    if (!standard)
        fclose(in);
    a->o.usernames = a->list;
    if (!e && !a->o.username_count)
        e = fault_set(f, ERR_USAGE, "\"%s\" holds no username", a->file);
    return e;
}

static enum err check_what(struct args *a, struct fault *f) {
    const char *name = pull_platform_name(a->o.platform);
    bool searches = pull_platform_searches(a->o.platform);
    if (searches && (!a->o.query || a->file))
        return fault_set(f, ERR_USAGE, "%s is searched: give --query, not --usernames", name);
    if (!searches && (!a->file || a->o.query))
        return fault_set(f, ERR_USAGE, "%s is not searched: give --usernames, not --query", name);
    if (a->o.query && (strspn(a->o.query, " \t") == strlen(a->o.query) || strlen(a->o.query) > 200))
        return fault_set(f, ERR_USAGE, "--query must be 1 to 200 bytes, got \"%s\"", a->o.query);
    return a->file ? read_names(a, f) : ERR_OK;
}

/* The first pull of a platform asks; the answer is kept with its date. */
static enum err ask_policies(struct db *db, const struct args *a, struct fault *f) {
    const struct pull_platform *p = a->o.platform;
    int64_t accepted = 0;
    enum err e = pull_accepted(db, p, f, &accepted);
    if (e || accepted)
        return e;
    bool terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
    fputs(pull_platform_policies(p), stderr);
    char answer[16] = "";
    if (!a->accepted && terminal) {
        fputs("Do you accept this? [y/N] ", stderr);
        if (!fgets(answer, sizeof answer, stdin))
            answer[0] = '\0';
    }
    if (!a->accepted && answer[0] != 'y' && answer[0] != 'Y')
        return fault_set(f, ERR_USAGE,
                         "nothing was asked of %s: its conditions were not accepted; --accept-policies does",
                         pull_platform_name(p));
    return pull_accept(db, p, a->o.now_us, f);
}

static void draw(void *ctx, const struct pull_summary *s) {
    fprintf(stderr, "\r\033[K%s: %lld of %lld accounts read, %lld units used, %lld today", (const char *)ctx,
            (long long)s->read, (long long)(s->found ? s->found : s->due), (long long)s->units,
            (long long)s->units_today);
    fflush(stderr);
}

static void print_line(const char *word, int64_t n, const char *more) {
    printf("%-10s %lld%s\n", word, (long long)n, more);
}

static void print_work(const struct pull_summary *s, int64_t quota) {
    printf("accounts   %lld read, %lld new, %lld changed, %lld gone\n", (long long)s->read,
           (long long)s->accounts_created, (long long)s->accounts_updated, (long long)s->gone);
    printf("posts      %lld new, %lld changed\n", (long long)s->posts_created, (long long)s->posts_updated);
    if (s->refused)
        printf("refused    %lld rows: %s\n", (long long)s->refused, s->refusal);
    printf("requests   %lld, %lld units; today %lld of %lld\n", (long long)s->requests, (long long)s->units,
           (long long)s->units_today, (long long)quota);
}

static int64_t quota_of(const struct args *a) {
    return a->o.quota ? a->o.quota : pull_platform_quota(a->o.platform);
}

static void print_pull(const struct args *a, const struct pull_summary *s) {
    printf("%s %s%s\n", pull_platform_name(a->o.platform), a->o.query ? a->o.query : a->file,
           s->resumed ? " (gone on with)" : "");
    print_line("found", s->found, s->left ? "" : ", all read");
    if (s->left)
        print_line("left", s->left, "");
    print_work(s, quota_of(a));
}

static void print_refresh(const struct args *a, const struct pull_summary *s) {
    int age = pull_platform_max_age_days(a->o.platform);
    printf("%s\n", pull_platform_name(a->o.platform));
    printf("due        %lld not seen for %d days\n", (long long)s->due, a->r.days);
    if (!a->r.dry_run) {
        print_work(s, quota_of(a));
        printf("deleted    %lld accounts, %lld posts and rows of history\n", (long long)s->forgotten,
               (long long)s->expired);
    }
    printf("late       %lld older than %d days%s\n", (long long)s->late, age,
           s->late && !a->r.delete_stale ? ": refresh or --delete-stale" : "");
}

/* What both need: settings, store, time, the salt of erasure marks. */
static enum err prepare(struct args *a, struct settings *settings, struct crypto_secrets *secrets,
                        struct fault *f, struct db **ret_db) {
    enum err e = cli_open(a->command, settings, f, ret_db);
    if (e)
        return e;
    a->o.settings = settings;
    a->o.now_us = settings->now_us ? settings->now_us : clock_now_us();
    a->o.on_progress = isatty(STDERR_FILENO) ? draw : NULL;
    a->o.secrets = secrets;
    return secrets_open(*ret_db, settings->secret_file, f, secrets);
}

static void show(const struct args *a, const struct pull_summary *s,
                 void (*print)(const struct args *a, const struct pull_summary *s)) {
    if (a->o.on_progress)
        fputs("\r\033[K", stderr);
    print(a, s);
    fflush(stdout);
}

static struct args *new_args(const char *command) {
    struct args *a = calloc(1, sizeof *a);
    if (!a)
        abort();
    a->command = command;
    a->o.max = MAX_DEFAULT;
    a->o.posts = PULL_POSTS;
    a->r.days = DAYS_DEFAULT;
    return a;
}

static void free_args(struct args **a) {
    free(*a);
}

int cmd_pull(int argc, char **argv) {
    CLEANUP(free_args) struct args *a = new_args("pull");
    CLEANUP(db_close_at) struct db *db = NULL;
    struct settings settings;
    struct crypto_secrets secrets;
    struct pull_summary s = {0};
    struct fault f = {0};
    enum err e = parse(argc, argv, FOR_PULL, a, &f);
    if (!e && a->help) {
        fputs(pull_help, stdout);
        return 0;
    }
    if (!e && argc - optind != 1)
        e = fault_set(&f, ERR_USAGE, "one platform must be named; see niched pull --help");
    if (!e)
        e = set_platform(a, argv[optind], &f);
    if (!e)
        e = check_what(a, &f);
    if (!e)
        e = prepare(a, &settings, &secrets, &f, &db);
    if (!e)
        e = ask_policies(db, a, &f);
    if (!e) {
        a->o.progress_ctx = (void *)pull_platform_name(a->o.platform);
        e = pull_run(db, &a->o, &f, &s);
        show(a, &s, print_pull);
    }
    return e ? cli_fault("pull", &f) : 0;
}

static enum err refresh_one(struct db *db, struct args *a, const struct pull_platform *p, struct fault *f) {
    struct pull_summary s = {0};
    a->o.platform = p;
    a->o.progress_ctx = (void *)pull_platform_name(p);
    enum err e = pull_refresh(db, &a->o, &a->r, f, &s);
    show(a, &s, print_refresh);
    return e;
}

static bool named(int argc, char **argv, const struct pull_platform *p) {
    for (int i = optind; i < argc; i++)
        if (strcmp(argv[i], pull_platform_name(p)) == 0)
            return true;
    return optind == argc;
}

int cmd_refresh(int argc, char **argv) {
    CLEANUP(free_args) struct args *a = new_args("refresh");
    CLEANUP(db_close_at) struct db *db = NULL;
    struct settings settings;
    struct crypto_secrets secrets;
    struct fault f = {0};
    enum err e = parse(argc, argv, FOR_REFRESH, a, &f);
    if (!e && a->help) {
        fputs(refresh_help, stdout);
        return 0;
    }
    for (int i = optind; !e && i < argc; i++)
        e = set_platform(a, argv[i], &f);
    if (!e)
        e = prepare(a, &settings, &secrets, &f, &db);
    if (e)
        return cli_fault("refresh", &f);
    int worst = 0;
    size_t n;
    const struct pull_platform *const *all = pull_platforms(&n);
    for (size_t i = 0; i < n; i++) {
        f = (struct fault){0};
        e = named(argc, argv, all[i]) ? refresh_one(db, a, all[i], &f) : ERR_OK;
        int status = e ? cli_fault("refresh", &f) : 0;
        worst = status > worst ? status : worst;
    }
    return worst;
}
