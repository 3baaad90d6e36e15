/* include=: the posts that prove an item, with the words that matched, and how to reach the creator. Words
 * are found anew in the few texts that are shown, by the matcher that scored them. */
#include "match_honest.h"

#include "authority.h"
#include "base/clock.h"

#include <string.h>

enum { POSTS = 3, WORDS_MAX = 8, PARENTS_MAX = 32 };

struct proof_post {
    int64_t account_id, posted_us, likes, comments, shares, views;
    const char *key, *text, *caption, *tags;
    struct text_list hashtags, words;
};

struct match_proof {
    struct proof_post posts[POSTS];
    size_t count;
    bool reachable;
    const char *email, *link;
};

#define POST(type, member, json, column) FIELD(type, struct proof_post, member, NULL, json, column, 0)

static const struct field post_fields[] = {
    POST(FIELD_TEXT, key, "key", "post_key"),
    POST(FIELD_TIME, posted_us, "posted_at", "posted_us"),
    POST(FIELD_TEXT, caption, "caption", "caption"),
    POST(FIELD_TEXTS, hashtags, "hashtags", "hashtags"),
    POST(FIELD_I64, likes, "likes", "likes"),
    POST(FIELD_I64, comments, "comments", "comments"),
    POST(FIELD_I64, shares, "shares", "shares"),
    POST(FIELD_I64, views, "views", "views"),
    POST(FIELD_TEXTS, words, "words", NULL),
    POST(FIELD_I64, account_id, NULL, "account_id"),
    POST(FIELD_TEXT, text, NULL, "text"),
    POST(FIELD_TEXT, tags, NULL, "tags"),
};

static bool includes(const struct match_query *q, const char *word) {
    for (size_t i = 0; i < q->include.in_count; i++)
        if (strcmp(q->include.in[i], word) == 0)
            return true;
    return false;
}

enum err match_include_check(struct request *req) {
    const struct match_state *st = req->state;
    if (!includes(&st->q, "contact") || request_sees_contact(req))
        return ERR_OK;
    request_fail(
        req, ERR_AUTH_REQUIRED,
        "include=contact takes a key (Authorization: Bearer nk_...), not a publishable one; without one "
        "NICHED_ANONYMOUS_CONTACT=1 opens it");
    fault_param(&req->fault, "include", "contact", "evidence without a key");
    return authority_ask(req, ERR_AUTH_REQUIRED);
}

/* ---- what matched */

/* Whether a word of niche w proves niche n: its own, one below it, or one of the parents it is made of. */
static bool proves(const struct taxonomy *tax, size_t w, size_t n) {
    struct tax_list parents = taxonomy_parents(tax, n);
    bool own = w == n || taxonomy_is_above(tax, n, w);
    for (size_t i = 0; !own && taxonomy_is_intersection(tax, n) && i < parents.count; i++)
        own = w == parents.at[i] || taxonomy_is_above(tax, parents.at[i], w);
    return own;
}

static bool is_proof(const struct match_state *st, const struct taxonomy *tax, size_t word_niche) {
    for (size_t i = 0; i < st->niche_count; i++) {
        int n = taxonomy_by_id(tax, st->niche_ids[i]);
        if (n >= 0 && proves(tax, word_niche, (size_t)n))
            return true;
    }
    return false;
}

static bool has_text(const struct text_list *l, const char *text) {
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->items[i], text) == 0)
            return true;
    return false;
}

static void find_words(const struct match_state *st, const struct taxonomy *tax, struct tax_hits *hits,
                       struct proof_post *post, struct arena *a) {
    taxonomy_hits_clear(hits);
    if (post->tags)
        taxonomy_match(tax, post->tags, strlen(post->tags), TAX_HASHTAG, hits);
    if (post->text)
        taxonomy_match(tax, post->text, strlen(post->text), TAX_CAPTION, hits);
    post->words.items = arena_alloc(a, WORDS_MAX * sizeof *post->words.items);
    for (size_t i = 0; i < hits->word_count && post->words.count < WORDS_MAX; i++) {
        const struct tax_word *w = &hits->word[i];
        bool tag = w->text[0] == '#';
        const char *text = arena_printf(
            a, "%s: %s", taxonomy_where_name(tag ? TAX_HASHTAG : (enum tax_where)w->where), w->text + tag);
        if (is_proof(st, tax, w->niche) && !has_text(&post->words, text))
            post->words.items[post->words.count++] = text;
    }
}

/* ---- asking */

static struct match_proof *proof_of(const struct match_state *st, int64_t account_id) {
    for (size_t i = 0; i < st->row_count; i++)
        if (st->rows[i].account_id == account_id)
            return &st->proof[i];
    return NULL;
}

static enum err evidence_rows(struct request *req, const struct rows *rows) {
    const struct match_state *st = req->state;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    struct tax_hits *hits = arena_alloc(req->arena, sizeof *hits);
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct proof_post post = {0};
        rows_decode(rows, i, post_fields, COUNT_OF(post_fields), req->arena, &post);
        struct match_proof *proof = proof_of(st, post.account_id);
        if (!proof || proof->count == POSTS)
            continue;
        find_words(st, s->taxonomy, hits, &post, req->arena);
        proof->posts[proof->count++] = post;
    }
    return match_write_when_done(req);
}

static enum err contact_rows(struct request *req, const struct rows *rows) {
    const struct match_state *st = req->state;
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct match_proof *proof = proof_of(st, rows_i64(rows, i, 0));
        if (!proof)
            continue;
        const char *link = rows_text(rows, i, 1), *email = rows_text(rows, i, 2);
        proof->reachable = true;
        proof->link = link ? arena_strdup(req->arena, link) : NULL;
        proof->email = email ? arena_strdup(req->arena, email) : NULL;
    }
    return match_write_when_done(req);
}

/* The parents of the niches: what proves a creator who makes each of them, but not in one post. */
static const char *parent_ids(struct request *req, const struct taxonomy *tax) {
    const struct match_state *st = req->state;
    const char *ids = "";
    size_t n = 0;
    for (size_t i = 0; i < st->niche_count; i++) {
        int at = taxonomy_by_id(tax, st->niche_ids[i]);
        if (at < 0 || !taxonomy_is_intersection(tax, (size_t)at))
            continue;
        struct tax_list parents = taxonomy_parents(tax, (size_t)at);
        for (size_t k = 0; k < parents.count && n < PARENTS_MAX; k++, n++)
            ids = arena_printf(req->arena, "%s%s%d", ids, n ? "," : "", taxonomy_id(tax, parents.at[k]));
    }
    return arena_printf(req->arena, "{%s}", ids);
}

enum err match_evidence_ask(struct request *req) {
    struct match_state *st = req->state;
    bool evidence = includes(&st->q, "evidence"), contact = includes(&st->q, "contact");
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e || !st->row_count || !(evidence || contact))
        return e;
    st->proof = arena_alloc(req->arena, st->row_count * sizeof *st->proof);
    const char *creators = "", *accounts = "";
    for (size_t i = 0; i < st->row_count; i++) {
        const char *comma = i ? "," : "";
        creators = arena_printf(req->arena, "%s%s%lld", creators, comma, (long long)st->rows[i].creator_id);
        accounts = arena_printf(req->arena, "%s%s%lld", accounts, comma, (long long)st->rows[i].account_id);
    }
    const char *params[] = {arena_printf(req->arena, "{%s}", creators),
                            arena_printf(req->arena, "{%s}", accounts), match_niche_array(st, req->arena),
                            parent_ids(req, s->taxonomy)};
    struct statement posts = api_statement(req, "match_evidence"),
                     reach = api_statement(req, "match_contact");
    if (evidence)
        e = request_query(req, &posts, COUNT_OF(params), params, evidence_rows);
    return !e && contact ? request_query(req, &reach, 2, params, contact_rows) : e;
}

/* ---- the answer */

void match_evidence_json(const struct match_state *st, size_t i, struct json *w) {
    const struct match_proof *proof = st->proof ? &st->proof[i] : NULL;
    json_key(w, "evidence");
    if (!includes(&st->q, "evidence")) {
        json_null(w);
    } else {
        json_array(w);
        for (size_t k = 0; proof && k < proof->count; k++) {
            json_object(w);
            fields_json(post_fields, COUNT_OF(post_fields), &proof->posts[k], w);
            json_object_end(w);
        }
        json_array_end(w);
    }
    json_key(w, "contact");
    if (!includes(&st->q, "contact") || !proof || !proof->reachable) {
        json_null(w);
        return;
    }
    json_object(w);
    json_kstr(w, "email", proof->email);
    json_kstr(w, "link", proof->link);
    json_object_end(w);
}
