/* niched taxonomy: the embedded files, or a folder's, into the store. */
#include "base/embed.h"
#include "base/hash.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cmd_taxonomy_show.h"
#include "store/taxonomy_store.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: niched taxonomy check [DIR]\n       niched taxonomy load [--yes] [DIR]\n\n"
    "check reads niches.tsv, aliases.tsv and generic.tsv and says what is wrong with them. If the database "
    "can be\n"
    "reached it also shows what would change there: niches, aliases, how many accounts would be scored anew, "
    "and\n"
    "which lists would gain or lose how many members. It writes nothing.\n\n"
    "load shows the same, asks, puts the files into the database and marks the accounts that change for\n"
    "scoring; `niched score` or a running service does it. A niche that goes while its slug becomes an alias "
    "of\n"
    "a new one is renamed and keeps its id. Nothing is scored while load compares and asks. Without a "
    "terminal\n"
    "it needs --yes, except for a database that has no taxonomy yet or has these very files.\n\n"
    "Without DIR: the files that this program carries.\n\n"
    "  -y, --yes  do not ask\n\n"
    "  niched taxonomy check sql/taxonomy\n"
    "  niched taxonomy load --yes sql/taxonomy && niched score\n\n"
    "exit status: 0 done, 1 the answer was no, 2 wrong usage or nobody to ask, 6 the database, 7 bad files\n";

enum part { PART_NICHES, PART_ALIASES, PART_GENERIC, PART_COUNT };

/* The fixture niches (test-many, ...) belong to every taxonomy. */
static const struct {
    const char *file;
    const char *fixtures;
} parts[PART_COUNT] = {{"niches.tsv", "sql/sample/fixture_niches.tsv"},
                       {"aliases.tsv", "sql/sample/fixture_aliases.tsv"},
                       {"generic.tsv", NULL}};

static enum err read_file(const char *path, struct buf *out, struct fault *f) {
    FILE *in = fopen(path, "re");
    if (!in)
        return fault_set(f, ERR_IO, "cannot read \"%s\": %s", path, strerror(errno));
    char chunk[65536];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, in)) > 0 && out->len < 64u << 20;)
        buf_put(out, chunk, n);
    fclose(in);
    return ERR_OK;
}

static enum err read_part(const char *dir, enum part p, struct buf *out, struct fault *f) {
    char path[1024];
    buf_puts(out, "");
    if (dir) {
        snprintf(path, sizeof path, "%s/%s", dir, parts[p].file);
        return read_file(path, out, f);
    }
    snprintf(path, sizeof path, "sql/taxonomy/%s", parts[p].file);
    const struct embedded *e = embed_find(path);
    if (!e)
        return fault_set(f, ERR_INTERNAL, "%s is not in this build", path);
    buf_put(out, e->data, e->len);
    return ERR_OK;
}

static void add_fixtures(enum part p, struct buf *out) {
    const struct embedded *e = parts[p].fixtures ? embed_find(parts[p].fixtures) : NULL;
    const char *behind_header = e ? strchr(e->data, '\n') : NULL;
    if (!behind_header)
        return;
    if (out->len && out->data[out->len - 1] != '\n')
        buf_putc(out, '\n');
    buf_puts(out, behind_header + 1);
}

struct files {
    struct buf text[PART_COUNT];
};

static void files_free(struct files *files) {
    for (int p = 0; p < PART_COUNT; p++)
        buf_free(&files->text[p]);
}

static enum err read_all(const char *dir, struct files *files, struct arena *a, struct fault *f,
                         struct tax_in *ret_in) {
    for (int p = 0; p < PART_COUNT; p++) {
        enum err e = read_part(dir, (enum part)p, &files->text[p], f);
        if (e)
            return e;
        add_fixtures((enum part)p, &files->text[p]);
    }
    const struct buf *t = files->text;
    enum err e = taxonomy_tsv_niches(a, t[0].data, t[0].len, f, ret_in);
    if (!e)
        e = taxonomy_tsv_aliases(a, t[1].data, t[1].len, f, ret_in);
    if (!e)
        e = taxonomy_tsv_generic(a, t[2].data, t[2].len, f, ret_in);
    return e;
}

static void checksum(const struct files *files, char ret_text[24]) {
    uint64_t h = HASH_START;
    for (int p = 0; p < PART_COUNT; p++)
        h = hash_bytes(h, files->text[p].data, files->text[p].len);
    snprintf(ret_text, 24, "%016" PRIx64, h);
}

struct args {
    bool loads, yes;
    const char *dir;
};

/* One comparison of files with a store. */
struct comparison {
    struct arena *mem;
    struct settings settings;
    struct db *db;
    struct tax_in files;
    char checksum[24];
    struct taxonomy_stored stored;
    struct tax_edit edit;
    struct tax_diff diff;
    struct effect effect;
    bool all; /* every account is to be scored */
};

static void comparison_done(struct comparison *c) {
    effect_done(&c->effect);
    taxonomy_stored_done(&c->stored);
    db_close(c->db);
}

/* What differs, without a look at accounts. */
static enum err compare_files(struct comparison *c, struct fault *f) {
    enum err e = taxonomy_fetch(c->db, c->mem, f, &c->stored);
    if (e)
        return e;
    taxonomy_edit(c->mem, &c->files, &c->stored.now, c->stored.known, c->stored.known_count, &c->edit);
    taxonomy_diff(c->mem, &c->stored.now, &c->edit.next, &c->diff);
    return ERR_OK;
}

/* What that does to accounts. A store's taxonomy that cannot be read any more changes all of them. */
static enum err compare_accounts(struct comparison *c, struct fault *f) {
    CLEANUP(taxonomy_free_at) struct taxonomy *now = NULL;
    CLEANUP(taxonomy_free_at) struct taxonomy *next = NULL;
    bool terminal = isatty(STDERR_FILENO);
    enum err e = taxonomy_new(&c->edit.next, f, &next);
    if (!e && taxonomy_new(&c->stored.now, f, &now)) {
        printf("accounts: all, since what the database has cannot be read: %s\n", f->detail);
        c->all = true;
        return ERR_OK;
    }
    if (!e)
        e = effect_find(c->db, now, next, c->settings.now_us, show_progress, &terminal, f, &c->effect);
    if (!e)
        show_effect(&c->effect, &c->stored.now, &c->edit.next);
    return e;
}

static bool is_there(const struct comparison *c) {
    return strcmp(c->stored.checksum, c->checksum) == 0;
}

/* Files are in order; a store that cannot be reached or has no schema only leaves the comparison out. */
static enum err check(struct comparison *c, struct fault *f) {
    CLEANUP(taxonomy_free_at) struct taxonomy *tax = NULL;
    enum err e = taxonomy_new(&c->files, f, &tax);
    if (e)
        return e;
    printf("%zu niches, %zu aliases, %zu generic hashtags: in order\n", c->files.niche_count,
           c->files.alias_count, c->files.generic_count);
    e = cli_open("taxonomy", &c->settings, f, &c->db);
    if (!e)
        e = compare_files(c, f);
    if (e == ERR_STORE_UNAVAILABLE || e == ERR_STORE_SCHEMA) {
        printf("not compared with a database: %s\n", f->detail);
        return ERR_OK;
    }
    if (e)
        return e;
    if (c->stored.now.niche_count == 0) {
        printf("the database has no taxonomy yet\n");
        return ERR_OK;
    }
    if (is_there(c) || taxonomy_diff_empty(&c->diff)) {
        printf("the database has the same\n");
        return ERR_OK;
    }
    show_diff(&c->diff);
    return compare_accounts(c, f);
}

static bool is_confirmed(void) {
    char answer[16] = "";
    fputs("load it? [y/N] ", stderr);
    return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

/* Shows what changes and asks; *ret_yes: whether to go on. */
static enum err agree(struct comparison *c, const struct args *args, struct fault *f, bool *ret_yes) {
    *ret_yes = true;
    if (taxonomy_diff_empty(&c->diff))
        return ERR_OK;
    show_diff(&c->diff);
    if (!args->yes && !isatty(STDIN_FILENO))
        return fault_set(
            f, ERR_USAGE,
            "the database has another taxonomy; \"niched taxonomy check\" shows what would change, "
            "\"niched taxonomy load --yes\" loads it without asking");
    enum err e = compare_accounts(c, f);
    fflush(stdout);
    if (!e)
        *ret_yes = args->yes || is_confirmed();
    return e;
}

static enum err write_it(struct comparison *c, struct fault *f) {
    const struct taxonomy_marks marks = {c->all, c->effect.creators, c->effect.accounts_at,
                                         (size_t)c->effect.changed};
    enum err e = taxonomy_write(c->db, &c->edit, c->checksum, &marks, f);
    if (e)
        return e;
    printf("%zu niches, %zu aliases, %zu generic hashtags: loaded, ", c->edit.next.niche_count,
           c->edit.next.alias_count, c->edit.next.generic_count);
    if (c->all)
        printf("all accounts will be scored anew\n");
    else
        printf("%zu accounts will be scored anew\n", marks.count);
    return ERR_OK;
}

static enum err load(struct comparison *c, const struct args *args, struct fault *f, bool *ret_yes) {
    CLEANUP(taxonomy_free_at) struct taxonomy *tax = NULL;
    enum err e = taxonomy_new(&c->files, f, &tax); /* names lines */
    if (!e)
        e = cli_open("taxonomy", &c->settings, f, &c->db);
    if (!e)
        e = taxonomy_lock(c->db, f);
    if (!e)
        e = compare_files(c, f);
    if (e)
        return e;
    *ret_yes = true;
    if (is_there(c)) {
        printf("%zu niches, %zu aliases, %zu generic hashtags: there already\n", c->files.niche_count,
               c->files.alias_count, c->files.generic_count);
        return ERR_OK;
    }
    c->all = c->stored.now.niche_count == 0;
    if (!c->all)
        e = agree(c, args, f, ret_yes);
    return e || !*ret_yes ? e : write_it(c, f);
}

static int run(const struct args *args) {
    CLEANUP(arena_free_at) struct arena *a = arena_new(1 << 20);
    CLEANUP(files_free) struct files files = {0};
    CLEANUP(comparison_done) struct comparison c = {.mem = a};
    struct fault f = {0};
    bool yes = true;
    if (!a)
        return cli_fault("taxonomy", (fault_set(&f, ERR_NO_MEMORY, "out of memory"), &f));
    enum err e = read_all(args->dir, &files, a, &f, &c.files);
    checksum(&files, c.checksum);
    if (!e)
        e = args->loads ? load(&c, args, &f, &yes) : check(&c, &f);
    if (e)
        return fflush(stdout), cli_fault("taxonomy", &f);
    if (!yes)
        fputs("nothing was changed\n", stderr);
    return yes ? 0 : 1;
}

int cmd_taxonomy(int argc, char **argv) {
    static const struct option options[] = {{"yes", no_argument, 0, 'y'}, {0}};
    if (cli_help(argc, argv, help))
        return 0;
    struct args args = {0};
    bool right = true;
    for (int c; (c = getopt_long(argc, argv, "y", options, NULL)) != -1;) {
        args.yes |= c == 'y';
        right &= c == 'y';
    }
    const char *word = optind < argc ? argv[optind] : "";
    args.loads = strcmp(word, "load") == 0;
    args.dir = optind + 1 < argc ? argv[optind + 1] : NULL;
    if (!right || argc > optind + 2 || (!args.loads && (args.yes || strcmp(word, "check") != 0))) {
        fputs(help, stderr);
        return 2;
    }
    return run(&args);
}
