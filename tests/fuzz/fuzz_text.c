/* Folding of any bytes: bounded, valid UTF-8, and folding a second time changes nothing where it promises one
 * form. */
#include "fuzz.h"

#include "base/text.h"

enum { CAP = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    typedef size_t fold(const char *s, size_t n, char *out, size_t cap);
    static fold *const folds[] = {text_fold, text_words, text_slug, text_compact};
    const char *s = (const char *)data;
    char out[CAP], again[CAP], small[8];
    uint32_t grams[TEXT_TRIGRAMS_MAX];
    for (size_t i = 0; i < COUNT_OF(folds); i++) {
        size_t len = folds[i](s, n, out, sizeof out), less = folds[i](s, n, small, sizeof small);
        HOLDS(len < sizeof out && strlen(out) == len && text_utf8_valid(out, len));
        HOLDS(less < sizeof small && text_utf8_valid(small, less));
        size_t twice = folds[i](out, len, again, sizeof again);
        HOLDS(folds[i] == text_fold || (twice == len && memcmp(out, again, len) == 0));
        HOLDS(text_trigrams(out, len, grams) <= TEXT_TRIGRAMS_MAX);
        HOLDS(text_distance(s, n, out, len, 3) <= 4);
    }
    HOLDS(text_length(s, n) <= n);
    return 0;
}
