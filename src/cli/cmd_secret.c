/* niched secret: the secrets of NICHED_SECRET_FILE beside what the store was written with. A secret itself is
 * never shown. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "ingest/secrets.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: niched secret list\n"
    "       niched secret rotate\n"
    "       niched secret adopt\n\n"
    "NICHED_SECRET_FILE signs cursors, and salts the hashes by which erased creators and samples of "
    "audiences "
    "are\n"
    "known again. The store has a mark of each secret that it cannot do without, and is served with no "
    "other.\n"
    "list shows the marks. rotate puts a new secret in front of the file: it is used from the next start on, "
    "while\n"
    "cursors and erased creators of before are known by the older ones, which stay in the file (8 at most); "
    "samples\n"
    "go on with the one that they began with. Restart each niched, and copy the file to where the others "
    "run.\n"
    "adopt is for when the old file is lost for good: the store is served with this file from then on. Who "
    "was\n"
    "erased under a lost secret is not known again and may come back by an import; samples of audiences "
    "under "
    "a lost\n"
    "one are deleted.\n\n"
    "  niched secret rotate && systemctl restart niched\n";

static void print_one(size_t place, const char *mark, bool used, bool sampled) {
    printf("%-8s  %.8s  %s%s%s\n", place == 0 ? "newest" : "older", mark, used ? "erased creators" : "",
           used && sampled ? ", " : "",
           sampled ? "samples of audiences"
           : used  ? ""
                   : "-");
}

static bool has(const struct rows *marks, const char *mark, bool sample) {
    for (size_t i = 0; i < rows_count(marks); i++)
        if (rows_bool(marks, i, 1) == sample && strcmp(rows_text(marks, i, 0), mark) == 0)
            return true;
    return false;
}

static enum err list(struct db *db, const struct settings *s, struct fault *f) {
    struct crypto_secrets secrets;
    CLEANUP(rows_free_at) struct rows *marks = NULL;
    enum err e = crypto_secrets_load(s->secret_file, false, f, &secrets);
    if (!e)
        e = db_query(db, "secret_marks", 0, NULL, f, &marks);
    if (e)
        return e;
    printf("%-8s  %-8s  %s\n", "place", "mark", "needed for");
    for (size_t i = 0; i < secrets.count; i++) {
        char mark[SECRETS_MARK], sample[SECRETS_MARK];
        secrets_mark(&secrets.at[i], mark);
        secrets_sample_mark(&secrets.at[i], sample);
        print_one(i, mark, has(marks, mark, false), has(marks, sample, true));
    }
    return secrets_check(db, &secrets, f);
}

static enum err rotate(struct db *db, const struct settings *s, struct fault *f) {
    struct crypto_secrets secrets;
    char mark[SECRETS_MARK];
    enum err e = secrets_open(db, s->secret_file, f, &secrets);
    if (!e)
        e = crypto_secrets_rotate(s->secret_file, f, &secrets);
    if (!e)
        e = cli_audit(db, "secret rotate", NULL, f);
    if (e)
        return e;
    secrets_mark(&secrets.at[0], mark);
    printf("the newest secret has the mark %.8s; restart each niched of this store with this file\n", mark);
    return ERR_OK;
}

static enum err forget_lost(struct db *db, const struct crypto_secrets *secrets, struct fault *f,
                            struct rows **ret_rows) {
    CLEANUP(buf_free) struct buf marks = {0};
    CLEANUP(buf_free) struct buf samples = {0};
    for (size_t i = 0; i < secrets->count; i++) {
        char mark[SECRETS_MARK];
        secrets_mark(&secrets->at[i], mark);
        db_array_put(&marks, mark);
        secrets_sample_mark(&secrets->at[i], mark);
        db_array_put(&samples, mark);
    }
    const char *params[] = {db_array_end(&marks), db_array_end(&samples)};
    return db_query(db, "secret_adopt", COUNT_OF(params), params, f, ret_rows);
}

static enum err adopt(struct db *db, const struct settings *s, struct fault *f) {
    struct crypto_secrets secrets;
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = crypto_secrets_load(s->secret_file, true, f, &secrets);
    if (!e)
        e = db_run(db, "begin; select pg_advisory_xact_lock(20261, 0)", f, NULL);
    if (!e)
        e = forget_lost(db, &secrets, f, &rows);
    if (!e)
        e = cli_audit(db, "secret adopt", NULL, f);
    if (!e)
        e = db_run(db, "commit", f, NULL);
    if (e)
        return e;
    printf("%lld lost secrets are needed no longer, %lld samples of audiences were deleted\n",
           (long long)rows_i64(rows, 0, 0), (long long)rows_i64(rows, 0, 1));
    return ERR_OK;
}

static const struct {
    const char *verb;
    enum err (*run)(struct db *db, const struct settings *s, struct fault *f);
} verbs[] = {{"list", list}, {"rotate", rotate}, {"adopt", adopt}};

int cmd_secret(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    CLEANUP(db_close_at) struct db *db = NULL;
    struct settings settings = {0};
    struct fault f = {0};
    size_t v = 0;
    while (v < COUNT_OF(verbs) && (argc != 2 || strcmp(argv[1], verbs[v].verb) != 0))
        v++;
    enum err e = v < COUNT_OF(verbs) ? cli_open("secret", &settings, &f, &db)
                                     : fault_set(&f, ERR_USAGE, "say list, rotate or adopt, got \"%s\"",
                                                 argc > 1 ? argv[argc - 1] : "");
    if (!e && !settings.secret_file[0])
        e = fault_set(&f, ERR_USAGE, "NICHED_SECRET_FILE is not set: there is no lasting secret");
    if (!e)
        e = verbs[v].run(db, &settings, &f);
    return e ? cli_fault("secret", &f) : 0;
}
