/* Settings: one table names the environment variable, its type, bounds, default and help. Read once by main.
 */
#ifndef NICHED_BASE_SETTINGS_H
#define NICHED_BASE_SETTINGS_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct settings {
    char database_url[1024]; /* empty: the PG* variables of libpq */
    char address[64];
    char secret_file[512];
    char cors_origins[1024]; /* comma separated; "*": any */
    char url[512];           /* of a running niched that read commands ask; empty: the database */
    char log_level[8];
    char youtube_key[256];
    char youtube_url[512];
    char instagram_token[1024];
    char instagram_user_id[64];
    char instagram_url[512];
    int64_t pull_timeout_s;
    int64_t pull_backoff_ms;
    int64_t now_us; /* frozen clock, microseconds since 1970; 0: real time */
    int64_t port;
    int64_t loops;
    int64_t max_connections;
    int64_t max_waiting;
    int64_t address_connections;
    int64_t idle_timeout_s;
    int64_t head_timeout_s;
    int64_t least_rate;
    char trusted_proxies[1024]; /* networks, comma separated */
    char proxy_header[24];
    char tls_certificate[512]; /* file; empty: plain HTTP */
    char tls_key[512];
    char metrics[16];
    int64_t shutdown_s;
    int64_t statement_timeout_ms;
    int64_t open_requests;
    int64_t work_threads, writers;
    int64_t max_work;
    int64_t cache_mb;
    int64_t stale_s;
    int64_t compounds;
    int64_t import_max_bytes;
    int64_t import_waiting;
    int64_t import_keep_days;
    int64_t evidence_days;
    bool import_worker;
    int64_t audit_days;
    char limits[16];
    int64_t rate_key;
    int64_t rate_address;
    int64_t rate_burst_s;
    char anonymous_read[16];
    char writes[16];
    char key[128]; /* that commands send to `url` */
    int64_t worker;
    bool anonymous_contact;
};

/* Reads all settings from the environment. ERR_USAGE naming the variable, its bounds and the value. */
NODISCARD enum err settings_read(struct fault *f, struct settings *ret_settings);
/* Line i of the table; false beyond its end. The strings live as long as the program. */
bool settings_line(size_t i, const char **ret_name, const char **ret_fallback, const char **ret_help);
/* Writes the table as "NAME=value  # help (default)" lines; the password of an address is masked. */
void settings_print(const struct settings *s, struct buf *out);

#endif
