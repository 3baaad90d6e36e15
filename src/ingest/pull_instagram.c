/* Business Discovery of Meta's Instagram Graph API: a professional account asks for other professional
 * accounts by username, profile and media in one request. What is hidden is not in a row.
 * Fields and errors by https://developers.facebook.com/docs/instagram-platform, from memory of it. */
#include "pull_own.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 50, PERCENT_MAX = 90, MINUTES_UNKNOWN = 60 };

static const struct pull_field account_fields[] = {
    {"id", "platform_account_id"},
    {"username", "username"},
    {"name", "name"},
    {"biography", "bio"},
    {"website", "bio_link"},
    {"profile_picture_url", "picture_url"},
    {"followers_count", "followers"},
    {"follows_count", "following"},
    {"media_count", "posts_total"},
};

static const struct pull_field media_fields[] = {
    {"id", "post_key"},       {"timestamp", "posted_at"}, {"caption", "caption"},
    {"media_type", "format"}, {"like_count", "likes"},    {"comments_count", "comments"},
};

/* error.code -> what it means; others by their status. */
static const struct {
    int code;
    enum pull_verdict verdict;
} codes[] = {
    {1, PULL_AGAIN},    /* unknown error of the platform */
    {2, PULL_AGAIN},    /* service not available now */
    {4, PULL_STOP},     /* too many calls of the app */
    {17, PULL_STOP},    /* ... of the user */
    {32, PULL_STOP},    /* ... of the page */
    {613, PULL_STOP},   /* ... of this kind */
    {80002, PULL_STOP}, /* ... of Instagram's business use case */
    {10, PULL_KEY},     /* permission not granted */
    {102, PULL_KEY},    /* session expired */
    {190, PULL_KEY},    /* token expired or revoked */
    {200, PULL_KEY},    /* permission not granted */
    {24, PULL_ABSENT},  /* what was asked for does not exist */
    {110, PULL_ABSENT}, /* invalid user: no such username, or not a professional account */
};

static enum pull_verdict judge(const cJSON *body, struct buf *ret_reason) {
    const cJSON *code = pull_at(body, "error.code");
    if (!cJSON_IsNumber(code))
        return PULL_BY_STATUS;
    buf_printf(ret_reason, "code %d", code->valueint);
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (codes[i].code == code->valueint)
            return codes[i].verdict;
    return PULL_BY_STATUS;
}

static void get_access(const struct settings *s, struct pull_access *ret) {
    bool whole = s->instagram_user_id[0] != '\0';
    *ret = (struct pull_access){s->instagram_url, whole ? s->instagram_token : "",
                                whole ? "NICHED_INSTAGRAM_TOKEN" : "NICHED_INSTAGRAM_USER_ID",
                                "Authorization", "Bearer "};
}

static int64_t cost(size_t n, int posts) {
    return (int64_t)n * ((posts + PAGE - 1) / PAGE);
}

/* {"123": [{"call_count": 28, "total_cputime": 15, "total_time": 12, "estimated_time_to_regain_access": 0}]}:
 * percent of what is allowed; minutes. */
static int64_t pause_s(const char *usage) {
    static const char *const shares[] = {"call_count", "total_cputime", "total_time"};
    cJSON *json = *usage ? cJSON_Parse(usage) : NULL;
    int64_t minutes = 0;
    const cJSON *cases;
    cJSON_ArrayForEach(cases, json) {
        const cJSON *one = cJSON_GetArrayItem(cases, 0);
        const cJSON *wait = pull_at(one, "estimated_time_to_regain_access");
        bool close = cJSON_IsNumber(wait) && wait->valueint > 0;
        for (size_t i = 0; i < COUNT_OF(shares); i++) {
            const cJSON *share = pull_at(one, shares[i]);
            close |= cJSON_IsNumber(share) && share->valuedouble >= PERCENT_MAX;
        }
        if (close && !minutes)
            minutes = cJSON_IsNumber(wait) && wait->valueint > 0 ? wait->valueint : MINUTES_UNKNOWN;
    }
    cJSON_Delete(json);
    return minutes * 60;
}

/* Usernames go into the middle of a field list: letters of Instagram's own alphabet only. */
static bool is_username(const char *s) {
    size_t n = strlen(s);
    return n && n <= 30 && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._") == n;
}

static enum err ask(struct pull *p, const char *username, const char *after, int left, struct fault *f,
                    cJSON **ret_json) {
    CLEANUP(buf_free) struct buf fields = {0};
    CLEANUP(buf_free) struct buf target = {0};
    buf_printf(
        &fields,
        "business_discovery.username(%s){id,username,name,biography,website,profile_picture_url,"
        "followers_count,follows_count,media_count,media%s%s%s.limit(%d){id,caption,media_type,timestamp,"
        "permalink,like_count,comments_count}}",
        username, *after ? ".after(" : "", after, *after ? ")" : "", left < PAGE ? left : PAGE);
    buf_puts(&target, "/");
    buf_put_percent(&target, p->o->settings->instagram_user_id, strlen(p->o->settings->instagram_user_id));
    buf_puts(&target, "?fields=");
    buf_put_percent(&target, fields.data, fields.len);
    return pull_ask(p, target.data, 1, f, ret_json);
}

/* The posts of a page; how many. */
static int put_media(struct pull *p, const cJSON *account, int left) {
    CLEANUP(buf_free) struct buf owner = {0};
    struct json w = json_to(&owner);
    const cJSON *item;
    int n = 0;
    json_kstr(&w, "platform_account_id", pull_text(account, "id"));
    json_kstr(&w, "username", pull_text(account, "username"));
    cJSON_ArrayForEach(item, pull_at(account, "media.data")) {
        if (n < left && pull_text(item, "timestamp")) {
            pull_row(&p->posts, item, media_fields, COUNT_OF(media_fields), owner.data);
            n++;
        }
    }
    return n;
}

/* A cursor of the next page, if it is one that can stand in a field list. */
static void set_after(const cJSON *account, struct buf *after) {
    const char *next = pull_text(account, "media.paging.cursors.after");
    bool plain = next && strcspn(next, "(){},.\"& ") == strlen(next);
    after->len = 0;
    buf_puts(after, plain ? next : "");
}

/* The account with its newest media, page by page. */
static enum err read_account(struct pull *p, const char *username, struct fault *f, enum pull_state *ret) {
    CLEANUP(buf_free) struct buf after = {0};
    int left = p->o->posts;
    buf_puts(&after, "");
    for (bool first = true; first || (left > 0 && after.len); first = false) {
        cJSON *page = NULL;
        enum err e = ask(p, username, after.data, left, f, &page);
        const cJSON *account = pull_at(page, "business_discovery");
        if (!e && first && account)
            pull_row(&p->accounts, account, account_fields, COUNT_OF(account_fields), NULL);
        int n = e ? 0 : put_media(p, account, left);
        left = n ? left - n : 0;
        set_after(account, &after);
        bool known = account != NULL;
        cJSON_Delete(page);
        if (e)
            return e;
        if (first)
            *ret = known ? PULL_READ : PULL_GONE;
    }
    return ERR_OK;
}

static enum err read_accounts(struct pull *p, const char *const *keys, size_t n, enum pull_state *ret_states,
                              struct fault *f) {
    enum err e = ERR_OK;
    for (size_t i = 0; !e && i < n; i++) {
        if (is_username(keys[i]))
            e = read_account(p, keys[i], f, &ret_states[i]);
        else
            ret_states[i] = PULL_GONE;
        if (e && ret_states[i] == PULL_READ)
            ret_states[i] = PULL_FOUND; /* stopped between its pages */
    }
    return e;
}

const struct pull_platform pull_instagram = {
    .name = "instagram",
    .platform = 1,
    .source = "instagram api",
    .max_age_days = 30,
    .quota = 4800,
    .quota_zone = "UTC",
    .edition = "2026-11",
    .policies = "What comes from Business Discovery is under Meta's terms, between you and Meta:\n"
                "  https://developers.facebook.com/terms (Meta Platform Terms)\n"
                "- Keep it up to date and delete it when it is gone or no longer needed: run `niched "
                "refresh` each day.\n"
                "  niched asks again before it is 30 days old, as for the other platforms.\n"
                "- Use it only for what your app was reviewed for. niched computes scores from it; never "
                "show one as a\n"
                "  number of Instagram's.\n"
                "- Only professional accounts (business, creator) are given, by username.\n",
    .usage_header = "x-business-use-case-usage",
    .access = get_access,
    .cost = cost,
    .read = read_accounts,
    .judge = judge,
    .pause_s = pause_s,
};
