/* niched request: what creators asked for about themselves, decided by the operator. Invariants: an erasure
 * forgets the whole creator and remembers only salted hashes of every name and id, under the lock that
 * imports take; nothing is granted that was not verified, unless the operator says so. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "base/clock.h"
#include "base/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] = "usage: niched request list [STATE]\n"
                           "       niched request show ID\n"
                           "       niched request grant ID [--answer TEXT] [--unverified]\n"
                           "       niched request refuse ID --answer TEXT\n"
                           "\n"
                           "Requests that creators sent to POST /requests. An import that sees the code of a "
                           "request in the bio of its\n"
                           "account makes it verified. STATE is pending, verified, granted or refused.\n"
                           "\n"
                           "  grant   erasure: removes the creator for good; no later import brings them "
                           "back (needs NICHED_SECRET_FILE)\n"
                           "          access: prints all that is stored about the creator, as JSON\n"
                           "          correction, appeal: records that you did it\n"
                           "  refuse  records why\n"
                           "  --unverified  grants though the code was not seen: be sure by other means\n";

/* Columns of request_list. */
enum {
    ID,
    STATE,
    KIND,
    WORLD_NAME,
    PLATFORM_NAME,
    USERNAME,
    CREATED,
    CONTACT,
    MESSAGE,
    ANSWER,
    CODE,
    WORLD,
    PLATFORM
};

struct request_args {
    const char *verb, *id, *answer;
    bool unverified;
};

static enum err parse(int argc, char **argv, struct request_args *ret, struct fault *f) {
    *ret = (struct request_args){.verb = argc > 1 ? argv[1] : ""};
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--unverified") == 0)
            ret->unverified = true;
        else if (strcmp(argv[i], "--answer") == 0 && i + 1 < argc)
            ret->answer = argv[++i];
        else if (argv[i][0] != '-' && !ret->id)
            ret->id = argv[i];
        else
            return fault_set(f, ERR_USAGE, "cannot take \"%s\": see niched request --help", argv[i]);
    }
    bool list = strcmp(ret->verb, "list") == 0;
    bool one =
        strcmp(ret->verb, "show") == 0 || strcmp(ret->verb, "grant") == 0 || strcmp(ret->verb, "refuse") == 0;
    if (!list && !one)
        return fault_set(f, ERR_USAGE, "say list, show, grant or refuse, got \"%s\"", ret->verb);
    if (one && (!ret->id || strlen(ret->id) > 18 || strspn(ret->id, "0123456789") != strlen(ret->id)))
        return fault_set(f, ERR_USAGE, "%s needs the id of a request, got \"%s\"", ret->verb,
                         ret->id ? ret->id : "");
    if (strcmp(ret->verb, "refuse") == 0 && !ret->answer)
        return fault_set(f, ERR_USAGE, "refuse needs --answer TEXT: say why");
    return ERR_OK;
}

static enum err list(struct db *db, const char *state, struct fault *f) {
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(db, "request_list", 2, (const char *const[]){NULL, state}, f, &r);
    if (e)
        return e;
    printf("%-6s %-9s %-11s %-8s %-10s %-24s %s\n", "id", "state", "kind", "world", "platform", "username",
           "made");
    for (size_t i = 0; i < rows_count(r); i++)
        printf("%-6s %-9s %-11s %-8s %-10s %-24s %s\n", rows_text(r, i, ID), rows_text(r, i, STATE),
               rows_text(r, i, KIND), rows_text(r, i, WORLD_NAME), rows_text(r, i, PLATFORM_NAME),
               rows_text(r, i, USERNAME), rows_text(r, i, CREATED));
    return ERR_OK;
}

static void show(const struct rows *r) {
    static const struct {
        const char *name;
        int column;
    } lines[] = {{"id", ID},
                 {"state", STATE},
                 {"kind", KIND},
                 {"world", WORLD_NAME},
                 {"platform", PLATFORM_NAME},
                 {"username", USERNAME},
                 {"made", CREATED},
                 {"contact", CONTACT},
                 {"code", CODE},
                 {"message", MESSAGE},
                 {"answer", ANSWER}};
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        printf("%-9s %s\n", lines[i].name, rows_text(r, 0, lines[i].column));
}

/* {"a","b"}: keys are escaped for a PostgreSQL array. */
static void put_element(struct buf *out, const char *text) {
    buf_puts(out, out->len ? ",\"" : "{\"");
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *c);
    }
    buf_putc(out, '"');
}

struct erased {
    struct buf hashes, platforms, keys;
    const char *creator; /* NULL: the store does not know the account */
};

static void erased_done(struct erased *e) {
    buf_free(&e->hashes);
    buf_free(&e->platforms);
    buf_free(&e->keys);
}

/* The hash as merge_erased.c looks for it. */
static void take_key(struct crypto_secret *secret, const char *world, const struct rows *k, size_t i,
                     struct erased *ret) {
    unsigned char tag[CRYPTO_TAG_BYTES];
    CLEANUP(buf_free) struct buf hex = {0};
    cli_key_tag(secret, atoi(world), (int)rows_i64(k, i, 1), rows_text(k, i, 2), rows_text(k, i, 3), tag);
    buf_puts(&hex, "\\x");
    for (size_t b = 0; b < sizeof tag; b++)
        buf_printf(&hex, "%02x", tag[b]);
    put_element(&ret->hashes, hex.data);
    if (rows_text(k, i, 0))
        ret->creator = rows_text(k, i, 0);
    if (strcmp(rows_text(k, i, 2), "username") != 0)
        return;
    put_element(&ret->platforms, rows_text(k, i, 1));
    put_element(&ret->keys, rows_text(k, i, 3));
}

static enum err erase(struct db *db, const struct settings *s, const struct rows *r, struct fault *f) {
    struct crypto_secret secret;
    const char *world = rows_text(r, 0, WORLD);
    if (!s->secret_file[0])
        return fault_set(
            f, ERR_USAGE,
            "an erasure needs NICHED_SECRET_FILE: without it an import would bring the creator back");
    enum err e = crypto_secret_load(s->secret_file, f, &secret);
    if (!e)
        e = db_run(db, "select pg_advisory_xact_lock(20261, 0)", f, NULL);
    CLEANUP(rows_free_at) struct rows *k = NULL;
    const char *account[] = {world, rows_text(r, 0, PLATFORM), rows_text(r, 0, USERNAME)};
    if (!e)
        e = db_query(db, "request_keys", 3, account, f, &k);
    if (e)
        return e;
    CLEANUP(erased_done) struct erased gone = {0};
    for (size_t i = 0; i < rows_count(k); i++)
        take_key(&secret, world, k, i, &gone);
    buf_putc(&gone.hashes, '}');
    buf_putc(&gone.platforms, '}');
    buf_putc(&gone.keys, '}');
    const char *params[] = {gone.creator, gone.hashes.data,   gone.platforms.data, gone.keys.data,
                            world,        rows_text(r, 0, ID)};
    e = db_query(db, "request_forget", 6, params, f, NULL);
    if (!e)
        printf("%s: %zu names and ids are remembered as hashes alone\n",
               gone.creator ? "the creator was erased" : "the store did not know the creator", rows_count(k));
    return e;
}

static enum err show_record(struct db *db, const struct rows *r, struct fault *f) {
    CLEANUP(rows_free_at) struct rows *record = NULL;
    const char *account[] = {rows_text(r, 0, WORLD), rows_text(r, 0, PLATFORM), rows_text(r, 0, USERNAME)};
    enum err e = db_query(db, "request_record", 3, account, f, &record);
    if (!e)
        puts(rows_count(record) ? rows_text(record, 0, 0) : "{}");
    return e;
}

static enum err carry_out(struct db *db, const struct settings *s, const struct rows *r, struct fault *f) {
    if (strcmp(rows_text(r, 0, KIND), "erasure") == 0)
        return erase(db, s, r, f);
    if (strcmp(rows_text(r, 0, KIND), "access") == 0)
        return show_record(db, r, f);
    return ERR_OK;
}

static enum err decide(struct db *db, const struct settings *s, const struct request_args *a,
                       const struct rows *r, struct fault *f) {
    bool grant = strcmp(a->verb, "grant") == 0;
    const char *state = rows_text(r, 0, STATE);
    if (strcmp(state, "pending") != 0 && strcmp(state, "verified") != 0)
        return fault_set(f, ERR_USAGE, "request %s is %s already", a->id, state);
    if (grant && !a->unverified && strcmp(state, "verified") != 0)
        return fault_set(
            f, ERR_USAGE,
            "request %s is not verified: no import saw %s in the bio; --unverified grants it anyway", a->id,
            rows_text(r, 0, CODE));
    const char *params[] = {a->id, grant ? "granted" : "refused", a->answer};
    enum err e = db_run(db, "begin", f, NULL);
    if (!e && grant)
        e = carry_out(db, s, r, f);
    if (!e)
        e = db_query(db, "request_decide", 3, params, f, NULL);
    if (!e)
        e = db_run(db, "commit", f, NULL);
    if (e)
        db_rollback(db);
    else
        fprintf(stderr, "request %s is %s\n", a->id, params[1]);
    return e;
}

static enum err handle_one(struct db *db, const struct settings *s, const struct request_args *a,
                           struct fault *f) {
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(db, "request_list", 2, (const char *const[]){a->id, NULL}, f, &r);
    if (!e && !rows_count(r))
        return fault_set(f, ERR_REQUEST_UNKNOWN, "there is no request %s", a->id);
    if (e)
        return e;
    if (strcmp(a->verb, "show") != 0)
        return decide(db, s, a, r, f);
    show(r);
    return ERR_OK;
}

int cmd_request(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    CLEANUP(db_close_at) struct db *db = NULL;
    struct request_args args;
    struct settings settings;
    struct fault f = {0};
    enum err e = parse(argc, argv, &args, &f);
    if (!e)
        e = cli_open("request", &settings, &f, &db);
    if (!e)
        e = strcmp(args.verb, "list") == 0 ? list(db, args.id, &f) : handle_one(db, &settings, &args, &f);
    return e ? cli_fault("request", &f) : 0;
}
