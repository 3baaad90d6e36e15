/* Asking other hosts. Invariants: certificates are verified; no redirect is followed, so the secret goes to
 * the configured host alone; of an answer no more than its bound is ever in memory. */
#include "ingest/fetch.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CONNECT_TIMEOUT_MS = 10000 };

struct fetch {
    CURL *curl;
    struct curl_slist *headers;
    struct buf base;
    char host[128]; /* as written, for messages */
    char *usage_header;
    int64_t timeout_ms;
    size_t max_bytes;
    struct fetch_answer *answer; /* of the request under way */
    bool too_long;
};

static size_t take_body(char *data, size_t size, size_t n, void *ctx) {
    struct fetch *x = ctx;
    n *= size;
    x->too_long = x->answer->body.len + n > x->max_bytes;
    if (x->too_long)
        return 0;
    buf_put(&x->answer->body, data, n);
    return n;
}

static size_t take_header(char *data, size_t size, size_t n, void *ctx) {
    struct fetch *x = ctx;
    n *= size;
    size_t name = x->usage_header ? strlen(x->usage_header) : 0;
    if (!name || n <= name + 1 || data[name] != ':' || strncasecmp(data, x->usage_header, name) != 0)
        return n;
    const char *value = data + name + 1;
    size_t len = n - name - 1;
    while (len && (value[len - 1] == '\r' || value[len - 1] == '\n'))
        len--;
    snprintf(x->answer->usage, sizeof x->answer->usage, "%.*s", (int)len, value);
    return n;
}

static bool is_loopback(const char *host) {
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(host, names[i]) == 0)
            return true;
    return false;
}

static bool allowed(const struct fetch_options *o, const char *scheme, const char *host, bool *ret_loopback) {
    *ret_loopback = is_loopback(host);
    bool plain = *ret_loopback || (o->any_http && !o->secret_name);
    return strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && plain);
}

/* Whether an address may be asked; where it is. */
static bool check_base(struct fetch *x, const struct fetch_options *o, bool *ret_loopback) {
    static const CURLUPart never[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY,
                                      CURLUPART_FRAGMENT};
    CURLU *url = curl_url();
    char *scheme = NULL;
    char *host = NULL;
    bool good = url && curl_url_set(url, CURLUPART_URL, o->base, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                allowed(o, scheme, host, ret_loopback);
    for (size_t i = 0; good && i < COUNT_OF(never); i++) {
        char *part = NULL;
        good = curl_url_get(url, never[i], &part, 0) != CURLUE_OK;
        curl_free(part);
    }
    if (good)
        snprintf(x->host, sizeof x->host, "%s", host);
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(url);
    return good;
}

static bool is_plain(const char *secret) {
    for (const char *p = secret; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return false;
    return *secret != '\0';
}

static void set_up(struct fetch *x, const struct fetch_options *o, bool loopback) {
    CURL *c = x->curl;
    CLEANUP(buf_free) struct buf header = {0}, accept = {0};
    buf_printf(&accept, "Accept: %s", o->accept ? o->accept : "application/json");
    x->headers = curl_slist_append(NULL, accept.data);
    buf_printf(&header, "%s: %s", o->secret_name, o->secret);
    if (o->secret_name)
        x->headers = curl_slist_append(x->headers, header.data);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, x->headers);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "niched (gzip)");
    curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(o->timeout_ms < CONNECT_TIMEOUT_MS ? o->timeout_ms : CONNECT_TIMEOUT_MS));
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)o->timeout_ms);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
    if (loopback)
        curl_easy_setopt(c, CURLOPT_PROXY, "");
}

enum err fetch_open(const struct fetch_options *o, struct fault *f, struct fetch **ret_fetch) {
    struct fetch *x = calloc(1, sizeof *x);
    bool loopback = false;
    if (!x || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(x);
        return fault_set(f, ERR_NO_MEMORY, "no memory to ask other hosts with");
    }
    x->curl = curl_easy_init();
    x->timeout_ms = o->timeout_ms;
    x->max_bytes = o->max_bytes;
    x->usage_header = o->usage_header ? strdup(o->usage_header) : NULL;
    enum err e = x->curl ? ERR_OK : fault_set(f, ERR_NO_MEMORY, "no memory to ask other hosts with");
    if (!e && !check_base(x, o, &loopback))
        e = fault_set(f, ERR_USAGE,
                      o->any_http
                          ? "the address must be http://host:port or https://host, got \"%s\""
                          : "the address must be https://host/path (http only on 127.0.0.1), got \"%s\"",
                      o->base);
    if (!e && o->secret_name && !is_plain(o->secret))
        e = fault_set(f, ERR_USAGE, "the key for %s must not be empty or hold control characters", x->host);
    if (e) {
        fetch_close(x);
        return e;
    }
    buf_puts(&x->base, o->base);
    while (x->base.len && x->base.data[x->base.len - 1] == '/')
        x->base.data[--x->base.len] = '\0';
    set_up(x, o, loopback);
    *ret_fetch = x;
    return ERR_OK;
}

static enum err tell(const struct fetch *x, CURLcode code, struct fault *f, bool *ret_again) {
    *ret_again = code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CACERT_BADFILE && !x->too_long;
    if (x->too_long)
        return fault_set(f, ERR_DATA_FORMAT, "an answer of %s is longer than %zu bytes", x->host,
                         x->max_bytes);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return fault_set(f, ERR_IO, "no whole answer of %s within %lld ms", x->host,
                         (long long)x->timeout_ms);
    return fault_set(f, ERR_IO, "no whole answer of %s: %s", x->host, curl_easy_strerror(code));
}

enum err fetch_get(struct fetch *x, const char *target, struct fault *f, struct fetch_answer *ret_answer) {
    CLEANUP(buf_free) struct buf url = {0};
    struct buf body = ret_answer->body;
    *ret_answer = (struct fetch_answer){.body = body};
    ret_answer->body.len = 0;
    buf_puts(&ret_answer->body, "");
    buf_puts(&url, x->base.data);
    buf_puts(&url, target);
    x->answer = ret_answer;
    x->too_long = false;
    curl_easy_setopt(x->curl, CURLOPT_URL, url.data);
    CURLcode code = curl_easy_perform(x->curl);
    if (code != CURLE_OK)
        return tell(x, code, f, &ret_answer->again);
    long status = 0;
    curl_off_t wait = 0;
    curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(x->curl, CURLINFO_RETRY_AFTER, &wait);
    ret_answer->status = (int)status;
    ret_answer->retry_after_s = (int64_t)wait;
    return ERR_OK;
}

void fetch_close(struct fetch *x) {
    if (!x)
        return;
    curl_easy_cleanup(x->curl);
    curl_slist_free_all(x->headers);
    buf_free(&x->base);
    free(x->usage_header);
    free(x);
    curl_global_cleanup();
}
