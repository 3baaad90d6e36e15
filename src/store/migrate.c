/* Migrations. Invariants: one runner at a time (advisory lock); a file that ran is known by number and
 * checksum and never runs again; a newer store is refused, not guessed at. */
#include "store/migrate.h"

#include "base/embed.h"
#include "base/hash.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char migrations_prefix[] = "sql/migrations/";

static const char bootstrap[] =
    "create table if not exists schema_migration (version integer primary key, name text not null, "
    "checksum text not null, applied_at timestamptz not null default now()); "
    "comment on table schema_migration is 'Migrations that this store has'; "
    "comment on column schema_migration.version is 'Number of the file'; "
    "comment on column schema_migration.name is 'Name of the file'; "
    "comment on column schema_migration.checksum is 'FNV-1a of its bytes: a released migration is never "
    "edited'; "
    "comment on column schema_migration.applied_at is 'When it ran'";

static int number_of(const struct embedded *m) {
    return atoi(m->name + sizeof migrations_prefix - 1);
}

static bool is_migration(const struct embedded *m) {
    return strncmp(m->name, migrations_prefix, sizeof migrations_prefix - 1) == 0;
}

int migrate_newest(void) {
    const struct embedded *all;
    size_t n = embed_list(&all);
    int newest = 0;
    for (size_t i = 0; i < n; i++)
        if (is_migration(&all[i]) && number_of(&all[i]) > newest)
            newest = number_of(&all[i]);
    return newest;
}

enum err migrate_version(struct db *db, struct fault *f, int *ret_version) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_run(db, "select to_regclass('schema_migration') is not null", f, &rows);
    if (e)
        return e;
    *ret_version = 0;
    if (!rows_bool(rows, 0, 0))
        return ERR_OK;
    CLEANUP(rows_free_at) struct rows *max = NULL;
    e = db_run(db, "select coalesce(max(version), 0) from schema_migration", f, &max);
    if (!e)
        *ret_version = (int)rows_i64(max, 0, 0);
    return e;
}

enum err migrate_fault(int version, struct fault *f) {
    bool newer = version > migrate_newest();
    return fault_set(f, ERR_STORE_SCHEMA, "the store has schema version %d, this program %s %d: %s", version,
                     newer ? "knows up to" : "needs", migrate_newest(),
                     newer ? "use a newer niched" : "run niched migrate");
}

enum err migrate_check(struct db *db, bool older_too, struct fault *f) {
    int version = 0;
    enum err e = migrate_version(db, f, &version);
    bool fits = version == migrate_newest() || (version < migrate_newest() && !older_too);
    return e || fits ? e : migrate_fault(version, f);
}

static void checksum_of(const struct embedded *m, char out[20]) {
    snprintf(out, 20, "%016llx", (unsigned long long)hash_bytes(HASH_START, m->data, m->len));
}

/* Whether the store has the migration; ERR_STORE_SCHEMA if it has another one under its number. */
static enum err has_migration(struct db *db, const char *version, const char *checksum, const char *name,
                              struct fault *f, bool *ret_has) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e =
        db_query_text(db, "migration_has", "select checksum from schema_migration where version = $1::int", 1,
                      (const char *const[]){version}, f, &rows);
    if (e)
        return e;
    *ret_has = rows_count(rows) == 1;
    if (*ret_has && strcmp(rows_text(rows, 0, 0), checksum) != 0)
        return fault_set(f, ERR_STORE_SCHEMA, "migration %s was changed after it ran on this store", name);
    return ERR_OK;
}

static enum err run_one(struct db *db, const struct embedded *m, struct fault *f, bool *ret_ran) {
    char version[16], checksum[20];
    snprintf(version, sizeof version, "%d", number_of(m));
    checksum_of(m, checksum);
    const char *name = m->name + sizeof migrations_prefix - 1;
    bool has;
    enum err e = has_migration(db, version, checksum, name, f, &has);
    *ret_ran = !e && !has;
    if (e || has)
        return e;
    e = db_run(db, "begin", f, NULL);
    if (!e)
        e = db_run(db, m->data, f, NULL);
    if (!e)
        e = db_query_text(db, "migration_add",
                          "insert into schema_migration (version, name, checksum) values ($1::int, $2, $3)",
                          3, (const char *const[]){version, name, checksum}, f, NULL);
    if (!e)
        return db_run(db, "commit", f, NULL);
    db_rollback(db);
    return e;
}

static enum err run_all(struct db *db, void (*said)(const char *name), struct fault *f, int *ret_count) {
    const struct embedded *all;
    size_t n = embed_list(&all);
    for (size_t i = 0; i < n; i++) {
        if (!is_migration(&all[i]))
            continue;
        bool ran;
        enum err e = run_one(db, &all[i], f, &ran);
        if (e)
            return e;
        if (ran) {
            said(all[i].name + sizeof migrations_prefix - 1);
            ++*ret_count;
        }
    }
    return ERR_OK;
}

enum err migrate_run(struct db *db, void (*said)(const char *name), struct fault *f, int *ret_count) {
    *ret_count = 0;
    enum err e = db_run(db, "select pg_advisory_lock(hashtext('niched migrate'))", f, NULL);
    if (!e)
        e = db_run(db, bootstrap, f, NULL);
    if (!e)
        e = migrate_check(db, false, f);
    if (!e)
        e = run_all(db, said, f, ret_count);
    if (!e)
        e = db_query(db, "app_role", 0, NULL, f, NULL);
    struct fault unlock;
    enum err u = db_run(db, "select pg_advisory_unlock(hashtext('niched migrate'))", &unlock, NULL);
    return e ? e : u;
}
