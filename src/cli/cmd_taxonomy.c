/* niched taxonomy: the embedded files, or a folder's, into the store. */
#include "base/embed.h"
#include "base/hash.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "store/taxonomy_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: niched taxonomy load [DIR]\n       niched taxonomy check [DIR]\n\n"
    "load puts niches.tsv, aliases.tsv and generic.tsv into the database and marks all accounts for scoring; "
    "it does\n"
    "nothing when they are there already. check only reads them. Without DIR: the files that this program "
    "carries.\n\n"
    "  niched taxonomy check sql/taxonomy && niched taxonomy load sql/taxonomy && niched score\n";

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

static uint64_t checksum(const struct files *files) {
    uint64_t h = HASH_START;
    for (int p = 0; p < PART_COUNT; p++)
        h = hash_bytes(h, files->text[p].data, files->text[p].len);
    return h;
}

static enum err check(const struct tax_in *in, struct fault *f) {
    CLEANUP(taxonomy_free_at) struct taxonomy *tax = NULL;
    return taxonomy_new(in, f, &tax);
}

static enum err load(const struct tax_in *in, const struct files *files, struct fault *f,
                     struct taxonomy_change *ret) {
    CLEANUP(db_close_at) struct db *db = NULL;
    struct settings s;
    enum err e = cli_open("taxonomy", &s, f, &db);
    return e ? e : taxonomy_write(db, in, checksum(files), f, ret);
}

static int run(bool writes, const char *dir) {
    CLEANUP(arena_free_at) struct arena *a = arena_new(1 << 20);
    CLEANUP(files_free) struct files files = {0};
    struct fault f = {0};
    struct tax_in in = {0};
    struct taxonomy_change change = {0};
    if (!a)
        return cli_fault("taxonomy", (fault_set(&f, ERR_NO_MEMORY, "out of memory"), &f));
    enum err e = read_all(dir, &files, a, &f, &in);
    if (!e)
        e = writes ? load(&in, &files, &f, &change) : check(&in, &f);
    if (e)
        return cli_fault("taxonomy", &f);
    printf("%zu niches, %zu aliases, %zu generic hashtags: %s\n", in.niche_count, in.alias_count,
           in.generic_count,
           !writes          ? "in order"
           : change.changed ? "loaded, all accounts will be scored anew"
                            : "there already");
    return 0;
}

int cmd_taxonomy(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    bool loads = argc > 1 && strcmp(argv[1], "load") == 0;
    if (argc < 2 || argc > 3 || (!loads && strcmp(argv[1], "check") != 0)) {
        fputs(help, stderr);
        return 2;
    }
    return run(loads, argc == 3 ? argv[2] : NULL);
}
