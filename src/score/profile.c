/* Why: what filters look for in a profile, in the form it is compared in, and whether what is shown of it has
 * changed. Invariant: the hash covers everything that a list shows of the profile and no score depends on. */
#include "work.h"

#include "base/hash.h"
#include "base/text.h"

#include <string.h>

static uint64_t hash_shown(uint64_t h, const char *s) {
    return s ? hash_text(hash_bytes(h, "+", 1), s) : hash_bytes(h, "-", 1);
}

static void take_words(const char *text, struct account_quality *q, size_t *io_len) {
    if (!text)
        return;
    char *at = q->words + *io_len;
    size_t room = sizeof q->words - *io_len - 1;
    size_t n = text_words(text, strlen(text), at, room);
    *io_len += n;
    if (n) {
        at[n] = ' ';
        at[n + 1] = '\0';
        ++*io_len;
    }
}

void profile_find(const struct account_evidence *ev, struct account_quality *q) {
    const char *name = ev->display_name ? ev->display_name : ev->name;
    const char *shown[] = {name, ev->bio, ev->username, ev->picture_url, ev->country, ev->language};
    const int8_t flags[] = {ev->has_contact, ev->verified};
    uint64_t h = hash_bytes(HASH_START, &ev->observed_us, sizeof ev->observed_us);
    for (size_t i = 0; i < COUNT_OF(shown); i++)
        h = hash_shown(h, shown[i]);
    q->profile_hash = (int64_t)hash_bytes(h, flags, sizeof flags);
    q->has_words = name || ev->bio;
    size_t len = 1;
    memcpy(q->words, " ", 2);
    take_words(name, q, &len);
    take_words(ev->bio, q, &len);
    q->city_key[0] = '\0';
    if (ev->city)
        text_compact(ev->city, strcspn(ev->city, ","), q->city_key, sizeof q->city_key);
}
