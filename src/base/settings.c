/* The settings table. Each line is in README.md; a check holds it so. */
#include "base/settings.h"

#include "base/clock.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum setting_type { SETTING_TEXT, SETTING_CHOICE, SETTING_INT, SETTING_BOOL, SETTING_TIME, SETTING_SECRET };

struct setting {
    const char *env;
    enum setting_type type;
    size_t offset;
    int64_t min, max; /* SETTING_TEXT, SETTING_CHOICE, SETTING_SECRET: max is the size of the member */
    const char *fallback;
    const char *help;
};

#define AT(member)      offsetof(struct settings, member)
#define TEXT_AT(member) AT(member), 0, (int64_t)sizeof(((struct settings *)0)->member)

static const struct setting settings_table[] = {
    {"DATABASE_URL", SETTING_TEXT, TEXT_AT(database_url), "",
     "postgresql:// address; empty: the PG* variables"},
    {"NICHED_ADDRESS", SETTING_TEXT, TEXT_AT(address), "127.0.0.1", "IPv4 or IPv6 address to listen on"},
    {"NICHED_PORT", SETTING_INT, AT(port), 0, 65535, "8080", "TCP port; 0: any free one, logged"},
    {"NICHED_TLS_CERTIFICATE", SETTING_TEXT, TEXT_AT(tls_certificate), "",
     "file with the certificate and those that signed it (PEM), to speak TLS on NICHED_PORT; empty: plain "
     "HTTP"},
    {"NICHED_TLS_KEY", SETTING_TEXT, TEXT_AT(tls_key), "",
     "file with its key (PEM), which others may not read"},
    {"NICHED_LOOPS", SETTING_INT, AT(loops), 0, 64, "0", "request loops, each a thread; 0: one a core"},
    {"NICHED_MAX_CONNECTIONS", SETTING_INT, AT(max_connections), 8, 100000, "1000",
     "HTTP connections in all; in the last tenth requests get 503 and are closed"},
    {"NICHED_ADDRESS_CONNECTIONS", SETTING_INT, AT(address_connections), 0, 100000, "100",
     "connections of one address, where NICHED_LIMITS holds; beyond: 503; 0: any number"},
    {"NICHED_MAX_WAITING", SETTING_INT, AT(max_waiting), 1, 100000, "512",
     "requests of a loop that wait for the database; beyond: 503 at once"},
    {"NICHED_IDLE_TIMEOUT_S", SETTING_INT, AT(idle_timeout_s), 1, 3600, "30",
     "seconds a silent connection is kept"},
    {"NICHED_HEAD_TIMEOUT_S", SETTING_INT, AT(head_timeout_s), 1, 3600, "10",
     "seconds in which the head of a request must come, from its first byte; beyond: 408"},
    {"NICHED_LEAST_RATE", SETTING_INT, AT(least_rate), 0, 1000000, "500",
     "bytes a second at which a body must come, over each NICHED_IDLE_TIMEOUT_S; 0: "
     "any"},
    {"NICHED_SHUTDOWN_S", SETTING_INT, AT(shutdown_s), 0, 300, "10", "seconds to finish what is in flight"},
    {"NICHED_STATEMENT_TIMEOUT_MS", SETTING_INT, AT(statement_timeout_ms), 10, 600000, "2000",
     "a statement of a request is cut after this"},
    {"NICHED_WORK_THREADS", SETTING_INT, AT(work_threads), 1, 16, "1",
     "threads for what would hold a request loop up (plans); writes have their own"},
    {"NICHED_WRITERS", SETTING_INT, AT(writers), 1, 16, "1",
     "threads that write posts and the like at the same time; 4 where the store is larger than the memory"},
    {"NICHED_MAX_WORK", SETTING_INT, AT(max_work), 1, 10000, "64",
     "requests that wait for such a thread, and as many writes; beyond: 503 at once"},
    {"NICHED_CACHE_MB", SETTING_INT, AT(cache_mb), 0, 65536, "16",
     "MiB of answers that are kept, of all loops together; 0: none"},
    {"NICHED_STALE_S", SETTING_INT, AT(stale_s), 0, 86400, "0",
     "seconds that kept answers are still given, marked stale, while the database cannot be reached; 0: "
     "never"},
    {"NICHED_COMPOUNDS", SETTING_INT, AT(compounds), 0, 1000, "200",
     "compounds of niches of which ranked rows are kept; the least recently used goes first; 0: none"},
    {"NICHED_OPEN_REQUESTS", SETTING_INT, AT(open_requests), 1, 1000, "5",
     "open requests of creators about one account, and from one address"},
    {"NICHED_ANONYMOUS_READ", SETTING_CHOICE, TEXT_AT(anonymous_read), "loopback",
     "off, loopback or on: reading without a key; loopback: when NICHED_ADDRESS is a loopback address"},
    {"NICHED_WRITES", SETTING_CHOICE, TEXT_AT(writes), "loopback",
     "off, loopback or on: writing without a key; loopback: when NICHED_ADDRESS is a loopback address"},
    {"NICHED_METRICS", SETTING_CHOICE, TEXT_AT(metrics), "loopback",
     "key, loopback or open: reading /metrics without a key of scope metrics or admin; loopback: when "
     "NICHED_ADDRESS is a loopback address, and not through a proxy"},
    {"NICHED_AUDIT_DAYS", SETTING_INT, AT(audit_days), 0, 36500, "365",
     "days that the log of writes is kept; 0: for ever"},
    {"NICHED_LIMITS", SETTING_CHOICE, TEXT_AT(limits), "remote",
     "off, remote or on: how often a key or an address may ask; remote: unless NICHED_ADDRESS is a loopback "
     "address"},
    {"NICHED_RATE_KEY", SETTING_INT, AT(rate_key), 0, 1000000, "6000",
     "requests a minute of a key that says nothing else; 0: any number"},
    {"NICHED_RATE_ADDRESS", SETTING_INT, AT(rate_address), 0, 1000000, "600",
     "requests a minute of an address without a key, or with a publishable one; 0: any number"},
    {"NICHED_RATE_BURST_S", SETTING_INT, AT(rate_burst_s), 1, 3600, "10",
     "seconds of these rates that may come at once"},
    {"NICHED_TRUSTED_PROXIES", SETTING_TEXT, TEXT_AT(trusted_proxies), "",
     "addresses and networks of proxies whose NICHED_PROXY_HEADER is believed, comma separated"},
    {"NICHED_PROXY_HEADER", SETTING_CHOICE, TEXT_AT(proxy_header), "x-forwarded-for",
     "forwarded or x-forwarded-for: the header in which they write who asks; they must set or append to it"},
    {"NICHED_IMPORT_MAX_BYTES", SETTING_INT, AT(import_max_bytes), 1024, INT64_C(1) << 40, "2147483648",
     "bytes of a file that is uploaded, as it comes and unpacked"},
    {"NICHED_IMPORT_WAITING", SETTING_INT, AT(import_waiting), 1, 1000, "16",
     "uploads that may be under way or wait to be imported; beyond: 429"},
    {"NICHED_IMPORT_KEEP_DAYS", SETTING_INT, AT(import_keep_days), 0, 3650, "30",
     "days that bad rows of an import are kept, and what takes it back"},
    {"NICHED_EVIDENCE_DAYS", SETTING_INT, AT(evidence_days), 0, 36500, "0",
     "days that posts, their earlier counts and follower counts are kept; 0: for ever"},
    {"NICHED_IMPORT_WORKER", SETTING_BOOL, AT(import_worker), 0, 1, "1",
     "import uploads inside serve; 0: leave it to another process on the same store"},
    {"NICHED_WORKER", SETTING_INT, AT(worker), 0, 16, "1",
     "threads that score new evidence inside serve, each with a connection; 0: none"},
    {"NICHED_ANONYMOUS_CONTACT", SETTING_BOOL, AT(anonymous_contact), 0, 1, "0",
     "include=contact without a key; 0: 401"},
    {"NICHED_NOW", SETTING_TIME, AT(now_us), 0, INT64_MAX, "", "freezes the clock (RFC 3339), for tests"},
    {"NICHED_SECRET_FILE", SETTING_TEXT, TEXT_AT(secret_file), "",
     "file with the 32-byte secret that signs cursors and salts tombstones; made if absent; empty: a new one "
     "at each start"},
    {"NICHED_CORS_ORIGINS", SETTING_TEXT, TEXT_AT(cors_origins), "",
     "origins whose pages may read answers, comma separated; *: any; on loopback those of localhost may too"},
    {"NICHED_URL", SETTING_TEXT, TEXT_AT(url), "",
     "address of a running niched that read commands ask instead of the database, as --url"},
    {"NICHED_KEY", SETTING_SECRET, TEXT_AT(key), "",
     "key that commands send to the niched of NICHED_URL or --url"},
    {"NICHED_YOUTUBE_KEY", SETTING_SECRET, TEXT_AT(youtube_key), "", "key of the YouTube Data API v3"},
    {"NICHED_YOUTUBE_URL", SETTING_TEXT, TEXT_AT(youtube_url), "https://www.googleapis.com/youtube/v3",
     "where that API is"},
    {"NICHED_INSTAGRAM_TOKEN", SETTING_SECRET, TEXT_AT(instagram_token), "",
     "token for Meta's Business Discovery"},
    {"NICHED_INSTAGRAM_USER_ID", SETTING_TEXT, TEXT_AT(instagram_user_id), "",
     "id of the professional account that asks"},
    {"NICHED_INSTAGRAM_URL", SETTING_TEXT, TEXT_AT(instagram_url), "https://graph.facebook.com/v21.0",
     "where that API is"},
    {"NICHED_PULL_TIMEOUT_S", SETTING_INT, AT(pull_timeout_s), 1, 300, "30",
     "seconds that pull waits for an answer"},
    {"NICHED_PULL_BACKOFF_MS", SETTING_INT, AT(pull_backoff_ms), 1, 60000, "1000",
     "first pause of pull before it asks again; doubles"},
    {"NICHED_LOG_LEVEL", SETTING_TEXT, TEXT_AT(log_level), "info", "error, warn, info or debug"},
};

static enum err set_int(const struct setting *t, const char *value, struct fault *f, int64_t *ret) {
    char *end;
    errno = 0;
    long long v = strtoll(value, &end, 10);
    if (errno || end == value || *end || v < t->min || v > t->max)
        return fault_set(f, ERR_USAGE, "%s must be %lld to %lld, got \"%s\"", t->env, (long long)t->min,
                         (long long)t->max, value);
    *ret = v;
    return ERR_OK;
}

static enum err set_bool(const struct setting *t, const char *value, struct fault *f, bool *ret) {
    if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
        return fault_set(f, ERR_USAGE, "%s must be 0 or 1, got \"%s\"", t->env, value);
    *ret = value[0] == '1';
    return ERR_OK;
}

static enum err set_time(const struct setting *t, const char *value, struct fault *f, int64_t *ret) {
    *ret = 0;
    if (*value && !clock_parse(value, strlen(value), ret))
        return fault_set(f, ERR_USAGE, "%s must be a time such as 2026-11-01T00:00:00Z, got \"%s\"", t->env,
                         value);
    return ERR_OK;
}

static enum err set_text(const struct setting *t, const char *value, struct fault *f, char *ret) {
    if (strlen(value) >= (size_t)t->max)
        return fault_set(f, ERR_USAGE, "%s must be shorter than %lld bytes", t->env, (long long)t->max);
    memcpy(ret, value, strlen(value) + 1);
    return ERR_OK;
}

/* The choices are the first words of the help: "a, b or c: ...". */
static enum err set_choice(const struct setting *t, const char *value, struct fault *f, char *ret) {
    size_t n = strcspn(t->help, ":"), len = strlen(value);
    const char *at = len ? strstr(t->help, value) : NULL;
    bool word = at && at < t->help + n && (at == t->help || at[-1] == ' ') && strchr(", :", at[len]);
    if (!word || strcmp(value, "or") == 0)
        return fault_set(f, ERR_USAGE, "%s must be %.*s, got \"%s\"", t->env, (int)n, t->help, value);
    return set_text(t, value, f, ret);
}

static enum err set(const struct setting *t, const char *value, struct fault *f, struct settings *s) {
    void *p = (char *)s + t->offset;
    switch (t->type) {
    case SETTING_TEXT:
    case SETTING_SECRET:
        return set_text(t, value, f, p);
    case SETTING_CHOICE:
        return set_choice(t, value, f, p);
    case SETTING_INT:
        return set_int(t, value, f, p);
    case SETTING_BOOL:
        return set_bool(t, value, f, p);
    case SETTING_TIME:
        return set_time(t, value, f, p);
    }
    return ERR_INTERNAL;
}

enum err settings_read(struct fault *f, struct settings *ret_settings) {
    struct settings s = {0};
    for (size_t i = 0; i < COUNT_OF(settings_table); i++) {
        const struct setting *t = &settings_table[i];
        const char *value = getenv(t->env);
        enum err e = set(t, value ? value : t->fallback, f, &s);
        if (e)
            return e;
    }
    *ret_settings = s;
    return ERR_OK;
}

/* An address with "user:password@" as "user:***@". */
static void put_masked(struct buf *out, const char *url) {
    const char *at = strrchr(url, '@');
    const char *slashes = strstr(url, "//");
    const char *colon = slashes ? strchr(slashes + 2, ':') : NULL;
    if (!at || !colon || colon > at) {
        buf_puts(out, url);
        return;
    }
    buf_put(out, url, (size_t)(colon - url));
    buf_puts(out, ":***");
    buf_puts(out, at);
}

static void put_value(const struct setting *t, const struct settings *s, struct buf *out) {
    const void *p = (const char *)s + t->offset;
    char tmp[32] = "";
    switch (t->type) {
    case SETTING_TEXT:
    case SETTING_CHOICE:
        put_masked(out, p);
        break;
    case SETTING_SECRET:
        buf_puts(out, *(const char *)p ? "***" : "");
        break;
    case SETTING_INT:
        buf_printf(out, "%lld", (long long)*(const int64_t *)p);
        break;
    case SETTING_BOOL:
        buf_puts(out, *(const bool *)p ? "1" : "0");
        break;
    case SETTING_TIME:
        if (*(const int64_t *)p)
            clock_format(*(const int64_t *)p, tmp);
        buf_puts(out, tmp);
        break;
    }
}

bool settings_line(size_t i, const char **ret_name, const char **ret_fallback, const char **ret_help) {
    if (i >= COUNT_OF(settings_table))
        return false;
    *ret_name = settings_table[i].env;
    *ret_fallback = settings_table[i].fallback;
    *ret_help = settings_table[i].help;
    return true;
}

void settings_print(const struct settings *s, struct buf *out) {
    for (size_t i = 0; i < COUNT_OF(settings_table); i++) {
        const struct setting *t = &settings_table[i];
        buf_printf(out, "%s=", t->env);
        put_value(t, s, out);
        buf_printf(out, "  # %s (default: %s)\n", t->help, *t->fallback ? t->fallback : "empty");
    }
}
