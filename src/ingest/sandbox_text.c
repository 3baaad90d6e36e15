/* Why: bios and captions must read like people's, because what finds the niches in them is tested with them.
 * Invariant: text is chosen by the scene's `turn` and by streams of the person, never by what was written
 * before. */
#include "ingest/sandbox_text.h"

#include <string.h>

typedef void slot_writer(struct buf *out, const struct sandbox_scene *s);

/* A list's item for a turn; `part` picks other bits of it, so that slots vary independently. */
static struct sandbox_text by_turn(struct sandbox_list list, uint64_t turn, unsigned part) {
    return list.items[(turn >> (part * 12) & 0xfff) % list.n];
}

void sandbox_put(struct buf *out, struct sandbox_text s) {
    buf_put(out, s.s, s.n);
}

static const struct sandbox_phrases *phrases(const struct sandbox_scene *s, uint32_t niche) {
    return &s->words->niches[niche].say[s->person->written];
}

static void slot_topic(struct buf *out, const struct sandbox_scene *s) {
    struct sandbox_text slug = s->words->niches[s->niche].slug;
    for (size_t i = 0; i < slug.n; i++)
        buf_putc(out, slug.s[i] == '-' ? ' ' : slug.s[i]);
}

static void slot_thing(struct buf *out, const struct sandbox_scene *s) {
    sandbox_put(out, by_turn(phrases(s, s->niche)->things, s->turn, 0));
}

static void slot_thing2(struct buf *out, const struct sandbox_scene *s) {
    sandbox_put(out, by_turn(phrases(s, s->niche)->things, (s->turn & 0xfff) + 1, 0));
}

static void slot_role(struct buf *out, const struct sandbox_scene *s) {
    sandbox_put(out, by_turn(phrases(s, s->niche)->roles, s->turn, 1));
}

/* The role of the second niche, if there is one. */
static void slot_role2(struct buf *out, const struct sandbox_scene *s) {
    uint32_t niche = s->person->niches[s->person->niche_count > 1];
    sandbox_put(out, by_turn(phrases(s, niche)->roles, s->turn, 2));
}

static void slot_city(struct buf *out, const struct sandbox_scene *s) {
    sandbox_put(out, by_turn(s->person->place->cities, (uint64_t)s->person->index, 0));
}

static void slot_day(struct buf *out, const struct sandbox_scene *s) {
    sandbox_put(out, by_turn(s->words->templates[s->person->written][TEMPLATE_DAY], s->turn, 3));
}

static void slot_n(struct buf *out, const struct sandbox_scene *s) {
    buf_putc(out, (char)('3' + (s->turn >> 52) % 7));
}

static void slot_name(struct buf *out, const struct sandbox_scene *s) {
    sandbox_put(out, s->person->given);
}

static void slot_handle(struct buf *out, const struct sandbox_scene *s) {
    buf_puts(out, s->person->username);
}

void sandbox_host(struct buf *out, const struct sandbox_person *p) {
    for (const char *c = p->username; *c; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
        buf_putc(out, letter ? *c : '-');
    }
    buf_puts(out, ".example.invalid");
}

static void slot_mail(struct buf *out, const struct sandbox_scene *s) {
    buf_puts(out, "hello@");
    sandbox_host(out, s->person);
}

static const struct slot {
    const char *name;
    slot_writer *write;
} SLOTS[] = {
    {"thing", slot_thing}, {"thing2", slot_thing2}, {"topic", slot_topic},   {"role", slot_role},
    {"role2", slot_role2}, {"city", slot_city},     {"day", slot_day},       {"n", slot_n},
    {"name", slot_name},   {"mail", slot_mail},     {"handle", slot_handle},
};

static const struct slot *slot_of(const char *name, size_t n) {
    for (size_t i = 0; i < COUNT_OF(SLOTS); i++) {
        if (strlen(SLOTS[i].name) == n && memcmp(SLOTS[i].name, name, n) == 0)
            return &SLOTS[i];
    }
    return NULL;
}

void sandbox_say(struct buf *out, struct sandbox_text template, const struct sandbox_scene *scene) {
    const char *end = template.s + template.n;
    for (const char *at = template.s; at < end;) {
        const char *open = memchr(at, '{', (size_t)(end - at));
        const char *close = open ? memchr(open, '}', (size_t)(end - open)) : NULL;
        const struct slot *slot = close ? slot_of(open + 1, (size_t)(close - open - 1)) : NULL;
        const char *stop = slot ? open : close ? close + 1 : end;
        buf_put(out, at, (size_t)(stop - at));
        if (slot)
            slot->write(out, scene);
        at = slot ? close + 1 : stop;
    }
}

void sandbox_hashtags(struct buf *out, const struct sandbox_scene *scene, uint32_t count,
                      const char *before) {
    struct sandbox_list tags = phrases(scene, scene->niche)->hashtags;
    uint32_t first = (uint32_t)(scene->turn >> 40) % tags.n;
    for (uint32_t i = 0; i < count && i < tags.n; i++) {
        buf_puts(out, before);
        sandbox_put(out, tags.items[(first + i) % tags.n]);
    }
}

void sandbox_bio(struct buf *out, const struct sandbox_words *w, const struct sandbox_person *p) {
    struct sandbox_rng r = sandbox_rng_of(p->seed, (uint64_t)p->index, STREAM_BIO);
    struct sandbox_scene scene = {w, p, p->niches[0], sandbox_next(&r)};
    struct sandbox_list own = w->niches[scene.niche].say[p->written].bios;
    bool ready = sandbox_chance(&r, 400);
    struct sandbox_text made = sandbox_pick(&r, w->templates[p->written][TEMPLATE_BIO]);
    struct sandbox_text found = sandbox_pick(&r, own);
    struct sandbox_text extra = sandbox_pick(&r, w->templates[p->written][TEMPLATE_EXTRA]);
    sandbox_say(out, ready && own.n ? found : made, &scene);
    uint32_t form = sandbox_below(&r, 10);
    if (form < 4) {
        buf_puts(out, form == 0 ? "\n" : form == 1 ? " | " : form == 2 ? " • " : "\n");
        sandbox_say(out, extra, &scene);
    }
    scene.turn = sandbox_next(&r);
    if (form == 9 || form == 3)
        sandbox_hashtags(out, &scene, 2, " #");
}
