/* One request of a pull: units first, then the question, then politeness. Invariants: nothing is asked that
 * was not paid for; pauses are bounded; no message holds the key. */
#include "pull_own.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TRIES = 5, PAUSE_MAX_MS = 60000, RETRY_AFTER_MAX_S = 120, ANSWER_MAX = 16 << 20 };

enum err pull_open(struct pull *p, struct fault *f) {
    const struct settings *s = p->o->settings;
    CLEANUP(buf_free) struct buf value = {0};
    struct pull_access a = {0};
    p->platform->access(s, &a);
    if (!*a.secret)
        return fault_set(f, ERR_USAGE, "%s is not set: your own key for %s", a.setting, p->platform->source);
    p->secret = a.secret;
    buf_printf(&value, "%s%s", a.prefix, a.secret);
    struct fetch_options o = {.base = a.base,
                              .secret_name = a.secret_name,
                              .secret = value.data,
                              .usage_header = p->platform->usage_header,
                              .timeout_ms = s->pull_timeout_s * 1000,
                              .max_bytes = ANSWER_MAX};
    return fetch_open(&o, f, &p->fetch);
}

void pull_done(struct pull *p) {
    pull_unlock(p);
    fetch_close(p->fetch);
    p->fetch = NULL;
    buf_free(&p->answer.body);
    buf_free(&p->search);
    buf_free(&p->token);
    buf_free(&p->accounts);
    buf_free(&p->posts);
}

static enum pull_verdict by_status(int status) {
    if (status >= 200 && status < 300)
        return PULL_GOOD;
    if (status == 429 || status >= 500)
        return PULL_AGAIN;
    if (status == 401 || status == 403)
        return PULL_KEY;
    return status == 404 || status == 410 ? PULL_ABSENT : PULL_FAILED;
}

/* What a platform said, cut and without the key. */
static void put_message(const struct pull *p, const cJSON *body, struct buf *out) {
    const char *message = pull_text(body, "error.message");
    if (!message || strstr(message, p->secret))
        return;
    buf_printf(out, ": %.200s", message);
}

/* Takes one answer apart. *ret_json is set for PULL_GOOD; *out says what came. */
static enum pull_verdict judge(struct pull *p, struct buf *out, cJSON **ret_json) {
    const struct fetch_answer *a = &p->answer;
    cJSON *body = cJSON_ParseWithLength(a->body.data, a->body.len);
    enum pull_verdict v = by_status(a->status);
    buf_printf(out, "%s answered %d", p->platform->name, a->status);
    if (v == PULL_GOOD && cJSON_IsObject(body)) {
        *ret_json = body;
        return v;
    }
    if (v == PULL_GOOD) {
        buf_puts(out, " with what is no whole JSON");
        v = PULL_AGAIN;
    } else {
        CLEANUP(buf_free) struct buf reason = {0};
        enum pull_verdict said = p->platform->judge(body, &reason);
        v = said == PULL_BY_STATUS ? v : said;
        if (reason.len)
            buf_printf(out, " %s", reason.data);
        put_message(p, body, out);
    }
    cJSON_Delete(body);
    return v;
}

static void pause_ms(int64_t ms) {
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L};
    while (nanosleep(&left, &left) != 0)
        ;
}

static int64_t pause_of(const struct pull *p, int attempt) {
    int64_t ms = p->o->settings->pull_backoff_ms;
    for (int i = 0; i < attempt && ms < PAUSE_MAX_MS; i++)
        ms *= 2;
    int64_t asked = p->answer.retry_after_s * 1000;
    ms = ms > PAUSE_MAX_MS ? PAUSE_MAX_MS : ms;
    return asked > ms ? asked : ms;
}

static enum err refuse(enum pull_verdict v, const char *what, struct fault *f) {
    switch (v) {
    case PULL_STOP:
        return fault_set(f, ERR_LIMIT_RATE, "%s; run the same again later, it goes on from here", what);
    case PULL_KEY:
        return fault_set(f, ERR_AUTH_REQUIRED, "%s", what);
    case PULL_AGAIN:
        return fault_set(f, ERR_IO, "%s, %d times; run the same again later, it goes on from here", what,
                         TRIES);
    case PULL_BY_STATUS:
    case PULL_GOOD:
    case PULL_ABSENT:
    case PULL_FAILED:
        break;
    }
    return fault_set(f, ERR_IO, "%s", what);
}

/* One try. *ret_verdict says how it went; *what in words. */
static enum err try(struct pull *p, const char *target, int64_t cost, struct buf *what, struct fault *f,
                    cJSON **ret_json, enum pull_verdict *ret_verdict) {
    enum err e = pull_use_units(p, cost, f);
    if (e)
        return e;
    p->s->requests++;
    what->len = 0;
    e = fetch_get(p->fetch, target, f, &p->answer);
    if (p->o->on_progress)
        p->o->on_progress(p->o->progress_ctx, p->s);
    if (e && !p->answer.again)
        return e;
    if (e)
        buf_puts(what, f->detail);
    *ret_verdict = e ? PULL_AGAIN : judge(p, what, ret_json);
    return ERR_OK;
}

enum err pull_ask(struct pull *p, const char *target, int64_t cost, struct fault *f, cJSON **ret_json) {
    CLEANUP(buf_free) struct buf what = {0};
    *ret_json = NULL;
    if (p->rest_s) /* stops before the platform has to */
        return fault_set(f, ERR_LIMIT_RATE,
                         "%s says that its limit is close: run the same again in %lld minutes, it goes on "
                         "from here",
                         p->platform->name, (long long)(p->rest_s + 59) / 60);
    for (int attempt = 0;; attempt++) {
        enum pull_verdict v = PULL_FAILED;
        enum err e = try(p, target, cost, &what, f, ret_json, &v);
        if (e)
            return e;
        if (v == PULL_GOOD) {
            p->rest_s = p->platform->pause_s ? p->platform->pause_s(p->answer.usage) : 0;
            return ERR_OK;
        }
        if (v == PULL_ABSENT)
            return ERR_OK;
        if (v != PULL_AGAIN || attempt + 1 == TRIES)
            return refuse(v, what.data, f);
        if (p->answer.retry_after_s > RETRY_AFTER_MAX_S)
            return fault_set(f, ERR_LIMIT_RATE,
                             "%s and asks to wait %lld s: run the same again then, it goes on from here",
                             what.data, (long long)p->answer.retry_after_s);
        pause_ms(pause_of(p, attempt));
    }
}
