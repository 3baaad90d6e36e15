/* Why: what filters look for in a profile, in the form it is compared in. */
#include "work.h"

#include "base/text.h"

#include <string.h>

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
    q->has_words = name || ev->bio;
    size_t len = 1;
    memcpy(q->words, " ", 2);
    take_words(name, q, &len);
    take_words(ev->bio, q, &len);
    q->city_key[0] = '\0';
    if (ev->city)
        text_compact(ev->city, strcspn(ev->city, ","), q->city_key, sizeof q->city_key);
}
