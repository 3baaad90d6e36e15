/* What a loop remembers of /match: the texts of statements with their filters, and numbers that hold until a
 * version changes. Invariant: forgetting any of it changes no answer. */
#include "match.h"

#include <stdlib.h>
#include <string.h>

enum { MEMOS = 4096, TEXTS = 64 };

struct match_memos {
    struct match_memo at[MEMOS];
    struct {
        uint64_t hash;
        char *text;
    } texts[TEXTS];
};

struct match_memos *match_memos_new(void) {
    return calloc(1, sizeof(struct match_memos));
}

void match_memos_free(struct match_memos *memos) {
    for (size_t i = 0; memos && i < TEXTS; i++)
        free(memos->texts[i].text);
    free(memos);
}

/* Where the text of a statement is kept: NULL there until it is made. What it pushes out is forgotten. */
static char **text_of(struct match_memos *memos, uint64_t hash) {
    size_t at = hash % TEXTS;
    if (memos->texts[at].hash != hash) {
        free(memos->texts[at].text);
        memos->texts[at].text = NULL;
        memos->texts[at].hash = hash;
    }
    return &memos->texts[at].text;
}

struct match_memo *match_memo_of(const struct request *req) {
    const struct match_state *st = req->state;
    const struct api *api = req->app;
    return &api->memos->at[st->query_hash % MEMOS];
}

const char *match_replace(const char *sql, const char *mark, const char *text, struct arena *a) {
    CLEANUP(buf_free) struct buf out = {0};
    for (const char *at; (at = strstr(sql, mark)); sql = at + strlen(mark)) {
        buf_put(&out, sql, (size_t)(at - sql));
        buf_puts(&out, text);
    }
    buf_puts(&out, sql);
    return arena_strndup(a, out.data, out.len);
}

const char *match_statement_text(struct request *req, uint64_t hash, const char *sql, const char *filters,
                                 const char *key) {
    const struct api *api = req->app;
    char **text = text_of(api->memos, hash);
    const char *made = *text;
    if (made)
        return made;
    made = match_replace(sql, "/*filters*/", filters, req->arena);
    made = *key ? match_replace(made, MATCH_KEY_MARK, key, req->arena) : made;
    *text = strdup(made);
    return made;
}
