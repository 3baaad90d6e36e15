/* YouTube Data API v3: search.list finds channels, channels.list and their uploads playlists and videos.list
 * read them. What is hidden or switched off is not in a row: unknown stays unknown.
 * Units by https://developers.google.com/youtube/v3/determine_quota_cost, from memory of it. */
#include "pull_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 50 };

enum call { CALL_SEARCH, CALL_CHANNELS, CALL_PLAYLIST, CALL_VIDEOS };

static const struct {
    const char *target; /* the rest of the query follows */
    int64_t units;
} calls[] = {
    [CALL_SEARCH] = {"/search?part=snippet&maxResults=50", 100},
    [CALL_CHANNELS] = {"/channels?part=snippet,statistics,contentDetails&maxResults=50", 1},
    [CALL_PLAYLIST] = {"/playlistItems?part=contentDetails&maxResults=50", 1},
    [CALL_VIDEOS] = {"/videos?part=snippet,statistics,contentDetails&maxResults=50", 1},
};

/* The searches in their order; a channel that calls itself so comes before one that has such a video. */
static const struct {
    const char *name;
    const char *next;
} searches[] = {{"channel", "video"}, {"video", "done"}};

/* error.errors[0].reason -> what it means; others by their status. */
static const struct {
    const char *reason;
    enum pull_verdict verdict;
} reasons[] = {
    {"quotaExceeded", PULL_STOP},
    {"dailyLimitExceeded", PULL_STOP},
    {"rateLimitExceeded", PULL_AGAIN},
    {"userRateLimitExceeded", PULL_AGAIN},
    {"backendError", PULL_AGAIN},
    {"playlistNotFound", PULL_ABSENT},
    {"playlistItemsNotAccessible", PULL_ABSENT},
    {"channelNotFound", PULL_ABSENT},
    {"videoNotFound", PULL_ABSENT},
    {"invalidPageToken", PULL_ABSENT},
    {"keyInvalid", PULL_KEY},
    {"keyExpired", PULL_KEY},
    {"API_KEY_INVALID", PULL_KEY},
};

static const struct pull_field channel_fields[] = {
    {"id", "platform_account_id"},
    {"snippet.customUrl", "username"},
    {"snippet.title", "name"},
    {"snippet.description", "bio"},
    {"snippet.thumbnails.default.url", "picture_url"},
    {"snippet.country", "country"},
    {"snippet.defaultLanguage", "language"},
    {"snippet.publishedAt", "account_created_at"},
    {"statistics.subscriberCount", "followers"},
    {"statistics.videoCount", "posts_total"},
    {"statistics.viewCount", "views_total"},
};

static const struct pull_field video_fields[] = {
    {"id", "post_key"},
    {"snippet.publishedAt", "posted_at"},
    {"snippet.channelId", "platform_account_id"},
    {"snippet.title", "title"},
    {"snippet.description", "caption"},
    {"snippet.tags", "hashtags"},
    {"contentDetails.duration", "duration_s"},
    {"statistics.viewCount", "views"},
    {"statistics.likeCount", "likes"},
    {"statistics.commentCount", "comments"},
};

static enum pull_verdict judge(const cJSON *body, struct buf *ret_reason) {
    const cJSON *first = cJSON_GetArrayItem(pull_at(body, "error.errors"), 0);
    const char *reason = pull_text(first, "reason");
    const cJSON *detail = cJSON_GetArrayItem(pull_at(body, "error.details"), 0);
    const char *code = pull_text(detail, "reason");
    const char *const words[] = {code, reason};
    for (size_t k = 0; k < COUNT_OF(words); k++) {
        if (!words[k])
            continue;
        ret_reason->len = 0;
        buf_printf(ret_reason, "%.60s", words[k]);
        for (size_t i = 0; i < COUNT_OF(reasons); i++)
            if (strcmp(reasons[i].reason, words[k]) == 0)
                return reasons[i].verdict;
    }
    return PULL_BY_STATUS;
}

static void get_access(const struct settings *s, struct pull_access *ret) {
    *ret = (struct pull_access){s->youtube_url, s->youtube_key, "NICHED_YOUTUBE_KEY", "X-Goog-Api-Key", ""};
}

static int64_t pages(int64_t n) {
    return (n + PAGE - 1) / PAGE;
}

static int64_t cost(size_t n, int posts) {
    int64_t accounts = (int64_t)n;
    return pages(accounts) * calls[CALL_CHANNELS].units +
           accounts * pages(posts) * calls[CALL_PLAYLIST].units +
           pages(accounts * posts) * calls[CALL_VIDEOS].units;
}

static enum err ask(struct pull *p, enum call call, struct buf *rest, struct fault *f, cJSON **ret_json) {
    CLEANUP(buf_free) struct buf target = {0};
    buf_printf(&target, "%s%s", calls[call].target, rest->data);
    return pull_ask(p, target.data, calls[call].units, f, ret_json);
}

static void put_param(struct buf *out, const char *name, const char *value) {
    buf_printf(out, "&%s=", name);
    buf_put_percent(out, value, strlen(value));
}

static bool is_channel_id(const char *id) {
    return id && strlen(id) == 24 && strncmp(id, "UC", 2) == 0;
}

static void put_channels(const cJSON *page, struct buf *out) {
    const cJSON *item;
    struct json w = json_to(out);
    json_array(&w);
    cJSON_ArrayForEach(item, pull_at(page, "items")) {
        const char *id = pull_text(item, "snippet.channelId");
        id = id ? id : pull_text(item, "id.channelId");
        if (is_channel_id(id))
            json_str(&w, id);
    }
    json_array_end(&w);
}

static enum err find(struct pull *p, struct fault *f) {
    size_t at = *p->search.data && strcmp(p->search.data, searches[1].name) == 0 ? 1 : 0;
    CLEANUP(buf_free) struct buf rest = {0};
    CLEANUP(buf_free) struct buf keys = {0};
    cJSON *page = NULL;
    put_param(&rest, "type", searches[at].name);
    put_param(&rest, "q", p->o->query);
    if (*p->token.data)
        put_param(&rest, "pageToken", p->token.data);
    enum err e = ask(p, CALL_SEARCH, &rest, f, &page);
    if (e)
        return e;
    const char *token = pull_text(page, "nextPageToken");
    put_channels(page, &keys);
    /* a page that holds nothing new but names a next one is the end of what search gives */
    bool more = token && *token && cJSON_GetArraySize(pull_at(page, "items")) > 0;
    e = pull_found(p, keys.data, more ? searches[at].name : searches[at].next, more ? token : "", f);
    cJSON_Delete(page);
    return e;
}

/* Videos that wait to be asked for. */
struct waiting {
    struct buf ids; /* joined by commas */
    size_t count;
};

static void put_video(struct pull *p, cJSON *video) {
    const char *live = pull_text(video, "snippet.liveBroadcastContent");
    const char *length = pull_text(video, "contentDetails.duration");
    if (live && strcmp(live, "upcoming") == 0)
        return;
    if (length && strcmp(length, "P0D") == 0) /* a stream that has not ended */
        cJSON_DeleteItemFromObjectCaseSensitive(cJSON_GetObjectItemCaseSensitive(video, "contentDetails"),
                                                "duration");
    bool streams = live && strcmp(live, "live") == 0;
    pull_row(&p->posts, video, video_fields, COUNT_OF(video_fields),
             streams ? "\"format\":\"live\"" : "\"format\":\"video\"");
}

static enum err read_videos(struct pull *p, struct waiting *w, struct fault *f) {
    CLEANUP(buf_free) struct buf rest = {0};
    cJSON *page = NULL;
    cJSON *video;
    if (!w->count)
        return ERR_OK;
    put_param(&rest, "id", w->ids.data);
    enum err e = ask(p, CALL_VIDEOS, &rest, f, &page);
    w->count = w->ids.len = 0;
    cJSON_ArrayForEach(video, pull_at(page, "items")) {
        put_video(p, video);
    }
    cJSON_Delete(page);
    return e;
}

static enum err add_video(struct pull *p, struct waiting *w, const char *id, struct fault *f) {
    if (!id || !*id)
        return ERR_OK;
    buf_printf(&w->ids, "%s%s", w->count ? "," : "", id);
    return ++w->count == PAGE ? read_videos(p, w, f) : ERR_OK;
}

/* The newest uploads of a channel, page by page. */
static enum err read_uploads(struct pull *p, const char *playlist, struct waiting *w, struct fault *f) {
    CLEANUP(buf_free) struct buf token = {0};
    int left = p->o->posts;
    enum err e = ERR_OK;
    for (bool more = true; !e && more && left > 0;) {
        CLEANUP(buf_free) struct buf rest = {0};
        cJSON *page = NULL;
        put_param(&rest, "playlistId", playlist);
        if (token.len)
            put_param(&rest, "pageToken", token.data);
        e = ask(p, CALL_PLAYLIST, &rest, f, &page);
        const cJSON *items = pull_at(page, "items");
        for (int i = 0; !e && i < cJSON_GetArraySize(items) && left > 0; i++, left--)
            e = add_video(p, w, pull_text(cJSON_GetArrayItem(items, i), "contentDetails.videoId"), f);
        const char *next = pull_text(page, "nextPageToken");
        token.len = 0;
        buf_puts(&token, next ? next : "");
        more = token.len > 0 && cJSON_GetArraySize(items) > 0;
        cJSON_Delete(page);
    }
    return e;
}

static enum err read_channel(struct pull *p, cJSON *channel, struct waiting *w, struct fault *f) {
    cJSON *statistics = cJSON_GetObjectItemCaseSensitive(channel, "statistics");
    if (cJSON_IsTrue(pull_at(statistics, "hiddenSubscriberCount")))
        cJSON_DeleteItemFromObjectCaseSensitive(statistics, "subscriberCount");
    pull_row(&p->accounts, channel, channel_fields, COUNT_OF(channel_fields), NULL);
    const char *videos = pull_text(statistics, "videoCount");
    const char *playlist = pull_text(channel, "contentDetails.relatedPlaylists.uploads");
    bool none = videos && strcmp(videos, "0") == 0;
    return playlist && *playlist && !none ? read_uploads(p, playlist, w, f) : ERR_OK;
}

static void set_state(const char *const *keys, size_t n, const char *id, enum pull_state state,
                      enum pull_state *ret) {
    for (size_t i = 0; id && i < n; i++)
        if (strcmp(keys[i], id) == 0)
            ret[i] = state;
}

static enum err read_accounts(struct pull *p, const char *const *keys, size_t n, enum pull_state *ret_states,
                              struct fault *f) {
    CLEANUP(buf_free) struct buf ids = {0};
    CLEANUP(buf_free) struct buf rest = {0};
    struct waiting w = {0};
    cJSON *page = NULL;
    buf_puts(&ids, "");
    for (size_t i = 0; i < n; i++)
        buf_printf(&ids, "%s%s", i ? "," : "", keys[i]);
    put_param(&rest, "id", ids.data);
    enum err e = ask(p, CALL_CHANNELS, &rest, f, &page);
    if (!e && !page)
        e = fault_set(f, ERR_DATA_FORMAT, "youtube does not answer for %zu channels at once", n);
    for (size_t i = 0; !e && i < n; i++)
        ret_states[i] = PULL_GONE;
    const cJSON *items = pull_at(page, "items");
    cJSON *channel;
    cJSON_ArrayForEach(channel, items) {
        set_state(keys, n, pull_text(channel, "id"), PULL_FOUND, ret_states);
    }
    cJSON_ArrayForEach(channel, items) {
        e = e ? e : read_channel(p, channel, &w, f);
    }
    e = e ? e : read_videos(p, &w, f);
    items = e ? NULL : items;
    cJSON_ArrayForEach(channel, items) {
        set_state(keys, n, pull_text(channel, "id"), PULL_READ, ret_states);
    }
    cJSON_Delete(page);
    buf_free(&w.ids);
    return e;
}

const struct pull_platform pull_youtube = {
    .name = "youtube",
    .platform = 3,
    .source = "youtube api",
    .max_age_days = 30,
    .quota = 10000,
    .quota_zone = "America/Los_Angeles",
    .edition = "2026-11",
    .policies = "What comes from the YouTube API is under YouTube's terms, between you and YouTube:\n"
                "  https://developers.google.com/youtube/terms/developer-policies (above all III.E)\n"
                "- Stored data may be at most 30 days old: run `niched refresh` each day. It asks again, "
                "deletes what\n"
                "  is gone from YouTube, and with --delete-stale what could not be asked for in time.\n"
                "- Derived metrics: niched computes scores from this data. YouTube restricts metrics of "
                "others that are\n"
                "  made from or shown with its own; whether your use needs its consent is for you to settle "
                "with it.\n"
                "  Never show a score of niched as a number of YouTube's.\n"
                "- The key is yours; several keys to get around the quota are not allowed.\n",
    .first_search = "channel",
    .by_id = true,
    .access = get_access,
    .cost = cost,
    .find = find,
    .read = read_accounts,
    .judge = judge,
};
