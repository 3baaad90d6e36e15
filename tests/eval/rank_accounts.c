/* Why: the commands of rank_tool about texts and whole accounts, which go through the scorer as the service
 * does it. Invariant: nothing of an account is left when the next begins. */
#include "rank_tool.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/embed.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static enum err build(struct session *s, struct fault *f) {
    const struct embedded *niches = embed_find("sql/taxonomy/niches.tsv");
    const struct embedded *aliases = embed_find("sql/taxonomy/aliases.tsv");
    const struct embedded *generic = embed_find("sql/taxonomy/generic.tsv");
    if (!niches || !aliases || !generic)
        return fault_set(f, ERR_INTERNAL, "the taxonomy is not embedded");
    struct tax_in in = {0};
    enum err e = taxonomy_tsv_niches(s->mem, niches->data, niches->len, f, &in);
    if (e == ERR_OK)
        e = taxonomy_tsv_aliases(s->mem, aliases->data, aliases->len, f, &in);
    if (e == ERR_OK)
        e = taxonomy_tsv_generic(s->mem, generic->data, generic->len, f, &in);
    if (e == ERR_OK)
        e = taxonomy_new(&in, f, &s->tax);
    return e == ERR_OK ? account_result_new(f, &s->result) : e;
}

struct session *session_new(void) {
    struct session *s = calloc(1, sizeof *s);
    struct fault f = {0};
    if (s) {
        s->mem = arena_new(1 << 20);
        s->text = arena_new(1 << 16);
        s->relation = calloc(RELATIONS_MAX, sizeof *s->relation);
    }
    if (s && s->mem && s->text && s->relation && build(s, &f) == ERR_OK)
        return s;
    fprintf(stderr, "rank_tool: %s\n", s ? f.detail : "out of memory");
    session_free(s);
    return NULL;
}

void session_free(struct session *s) {
    if (!s)
        return;
    score_context_free(s->ctx);
    account_result_free(s->result);
    taxonomy_free(s->tax);
    arena_free(s->mem);
    arena_free(s->text);
    free(s->relation);
    free(s);
}

bool cmd_niches(struct session *s, char **field, size_t n) {
    (void)field, (void)n;
    for (size_t i = 0; i < taxonomy_count(s->tax); i++) {
        printf("%s%s=%d,%d,", i ? " " : "", taxonomy_slug(s->tax, i), taxonomy_is_generic(s->tax, i),
               taxonomy_is_intersection(s->tax, i));
        struct tax_list above = taxonomy_parents(s->tax, i);
        for (size_t j = 0; j < above.count; j++)
            printf("%s%s", j ? "+" : "", taxonomy_slug(s->tax, above.at[j]));
    }
    putchar('\n');
    return true;
}

static int words_of(const struct tax_hits *hits, uint16_t niche) {
    int n = 0;
    for (size_t i = 0; i < hits->word_count; i++)
        n += hits->word[i].niche == niche;
    return n;
}

bool cmd_match(struct session *s, char **field, size_t n) {
    taxonomy_hits_clear(&s->hits);
    for (size_t i = 0; i + 1 < n; i += 2) {
        int where = 0;
        while (where < TAX_WHERE_COUNT && strcmp(taxonomy_where_name((enum tax_where)where), field[i]) != 0)
            where++;
        if (where == TAX_WHERE_COUNT)
            return false;
        taxonomy_match(s->tax, field[i + 1], strlen(field[i + 1]), (enum tax_where)where, &s->hits);
    }
    taxonomy_close(s->tax, &s->hits);
    for (size_t i = 0; i < s->hits.count; i++) {
        const struct tax_hit *h = &s->hits.hit[i];
        printf("%s%s=%.6g,%d,%d", i ? " " : "", taxonomy_slug(s->tax, h->niche), (double)h->p, h->how,
               words_of(&s->hits, h->niche));
    }
    putchar('\n');
    return n % 2 == 0;
}

static int32_t id_of(const struct session *s, const char *slug) {
    int at = taxonomy_by_slug(s->tax, slug, strlen(slug));
    return at < 0 ? -1 : taxonomy_id(s->tax, (size_t)at);
}

bool cmd_fit(struct session *s, char **field, size_t n) {
    int32_t id = n == 2 ? id_of(s, field[0]) : -1;
    if (id < 0 || s->n_fit == TAX_NICHES_MAX)
        return false;
    s->fit[s->n_fit++] = (struct score_fit){id, number(field[1]), SCORE_REFERENCE_FOLLOWERS};
    return true;
}

bool cmd_related(struct session *s, char **field, size_t n) {
    if (n != 4 || s->n_relation == RELATIONS_MAX)
        return false;
    s->relation[s->n_relation++] = (struct score_relation){id_of(s, field[0]), id_of(s, field[1]),
                                                           number(field[2]), (int64_t)number(field[3])};
    return true;
}

bool cmd_context(struct session *s, char **field, size_t n) {
    const struct score_model model = {.version = "eval",
                                      .benchmarks = s->bench,
                                      .n_benchmarks = s->n_bench,
                                      .fits = s->fit,
                                      .n_fits = s->n_fit,
                                      .relations = s->relation,
                                      .n_relations = s->n_relation};
    struct fault f = {0};
    score_context_free(s->ctx);
    s->ctx = NULL;
    if (n != 1 || score_context_new(s->tax, &model, &f, &s->ctx) != ERR_OK)
        return false;
    for (int world = 0; world < SCORE_WORLDS_MAX; world++)
        score_context_set_now(s->ctx, world, (int64_t)number(field[0]) * CLOCK_S);
    return true;
}

bool cmd_account(struct session *s, char **field, size_t n) {
    enum rank_platform platform;
    if (n != 7 || !rank_platform_by_name(field[0], &platform))
        return false;
    arena_reset(s->text);
    const char *text[4];
    for (size_t i = 0; i < COUNT_OF(text); i++)
        text[i] = field[3 + i][0] ? arena_strdup(s->text, field[3 + i]) : NULL;
    s->ev = (struct account_evidence){
        .account_id = 1,
        .creator_id = 1,
        .platform = platform,
        .followers = number(field[1]),
        .following = number(field[2]),
        .username = text[0],
        .name = text[1],
        .bio = text[2],
        .category = text[3],
        .posts_total = NAN,
        .likes_total = NAN,
        .views_total = NAN,
        .sample_n = NAN,
        .sample_flagged = NAN,
        .sample_mass = NAN,
        .price_usd = NAN,
        .next_price_day = SCORE_NO_DAY,
        .posts = s->post,
        .snapshots = s->snap,
    };
    return true;
}

bool cmd_post(struct session *s, char **field, size_t n) {
    if (n != 6 || s->ev.n_posts == SCORE_POSTS_MAX)
        return false;
    int64_t posted = (int64_t)number(field[0]) * CLOCK_S;
    s->post[s->ev.n_posts] = (struct score_post){
        .key = arena_printf(s->text, "%04zu", s->ev.n_posts),
        .posted_us = posted,
        .observed_us = posted + 30 * CLOCK_DAY,
        .hashtags = arena_strdup(s->text, field[5]),
        .hashtags_len = strlen(field[5]),
        .sponsored = -1,
        .disclosed = -1,
        .followers_at = NAN,
        .likes = number(field[1]),
        .comments = number(field[2]),
        .shares = number(field[3]),
        .views = number(field[4]),
        .comments_sampled = NAN,
        .distinct_texts = NAN,
        .distinct_authors = NAN,
        .recurring_authors = NAN,
        .creator_replies = NAN,
    };
    s->ev.n_posts++;
    return true;
}

bool cmd_snap(struct session *s, char **field, size_t n) {
    if (n != 2 || s->ev.n_snapshots == SNAPSHOTS_MAX)
        return false;
    s->snap[s->ev.n_snapshots++] =
        (struct signal_snapshot){.day = number(field[0]), .followers = number(field[1])};
    return true;
}

static double k_of(const struct account_result *r, uint16_t niche) {
    for (size_t i = 0; i < r->direct_count; i++)
        if (r->direct[i].niche == niche)
            return r->direct[i].k;
    return 0.0;
}

bool cmd_score(struct session *s, char **field, size_t n) {
    (void)field;
    if (n != 0 || !s->ctx)
        return false;
    struct account_result *r = s->result;
    score_account(s->ctx, &s->ev, r);
    printf("%.9g %.9g %u ", r->quality.engagement, r->quality.authenticity, r->quality.signal_measured);
    for (size_t i = 0; i < AUTH_SIGNAL_COUNT; i++)
        printf("%s%.6g", i ? "," : "", r->quality.signal_phi[i]);
    printf(" %.9g", r->quality.engagement_theta);
    for (size_t i = 0; i < r->match_count; i++) {
        const struct score_match *m = &r->match[i];
        printf(" %s=%s,%.9g,%.9g,%.9g", taxonomy_slug(s->tax, m->niche), relevance_kind_name(m->kind),
               m->relevance, m->focus, k_of(r, m->niche));
    }
    putchar('\n');
    return true;
}
