/* niched request: what creators asked for about themselves, decided by the operator. Invariants: an erasure
 * forgets the whole creator and remembers only salted hashes of every name and id, under the lock that
 * imports take; nothing is granted that was not verified, unless the operator says so. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "ingest/erase.h"
#include "ingest/secrets.h"

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

static enum err erase(struct db *db, const struct settings *s, const struct rows *r, struct fault *f) {
    struct crypto_secrets secrets;
    bool known = false;
    int64_t keys = 0;
    if (!s->secret_file[0])
        return fault_set(
            f, ERR_USAGE,
            "an erasure needs NICHED_SECRET_FILE: without it an import would bring the creator back");
    struct erase_account who = {(int)rows_i64(r, 0, WORLD), (int)rows_i64(r, 0, PLATFORM),
                                rows_text(r, 0, USERNAME)};
    enum err e = secrets_open(db, s->secret_file, f, &secrets);
    if (!e)
        e = erase_creator(db, &secrets, &who, rows_text(r, 0, ID), f, &known, &keys);
    if (!e)
        printf("%s: %lld names and ids are remembered as hashes alone\n",
               known ? "the creator was erased" : "the store did not know the creator", (long long)keys);
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
    char object[48];
    snprintf(object, sizeof object, "request:%s", a->id);
    if (!e)
        e = cli_audit(db, grant ? "request grant" : "request refuse", object, f);
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
