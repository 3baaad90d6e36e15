/* Text as people type it, brought to one form: what matching, slugs and spelling compare. The only door to
 * libutf8proc.
 *
 * "Folding" here is NFKD with case folded and accents stripped, so that 𝓥𝓮𝓰𝓪𝓷, ＶＥＧＡＮ, Végan and ᴠᴇɢᴀɴ
 * are all "vegan". Vowel signs of Indic and Thai scripts and kana voicing marks are letters, not accents:
 * they stay. Hangul syllables stay whole. ä becomes a (not ae), ß ss, æ ae, ø o. Any bytes are accepted; what
 * is not UTF-8 counts as a blank. All functions are pure and thread-safe. */
#ifndef NICHED_BASE_TEXT_H
#define NICHED_BASE_TEXT_H

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest text, in code points, that text_distance and text_similarity look at. */
enum { TEXT_COMPARE_MAX = 200, TEXT_TRIGRAMS_MAX = TEXT_COMPARE_MAX + 1 };

/* Whether n bytes are well-formed UTF-8 (no surrogates, no overlong forms). Empty text is valid. */
bool text_utf8_valid(const char *s, size_t n);

/* Folds social text (bio, caption) into tokens separated by single blanks:
 * words; "#tag" for a hashtag (underscores inside it dropped; "#a#b" is two); each emoji or other symbol as a
 * token of its own (a flag is one token; variation selectors, joiners and skin tones dropped); "and" for "&".
 * Each Han character is a token, and a change of script between kana and others ends one. Other punctuation
 * separates, an apostrophe too
 * ("l'art" is "l art"). Dropped as no evidence: @handles, e-mail addresses, URLs (scheme://, www., name.tld/,
 * name.com|net|org|io|ee|app|tv|shop|gg).
 * Writes at most cap - 1 bytes and a NUL (cap >= 1) and returns the length; text that does not fit is cut at
 * a token. */
size_t text_fold(const char *s, size_t n, char *out, size_t cap);

/* As text_fold, for names, aliases and queries: nothing is dropped, '#' and '@' are mere punctuation, '_'
 * separates. */
size_t text_words(const char *s, size_t n, char *out, size_t cap);

/* Folds to a slug: letters and digits, runs of blanks, '_' and '-' as one '-' (none at the ends), everything
 * else dropped. Same bounds as text_fold, cut at a code point. */
size_t text_slug(const char *s, size_t n, char *out, size_t cap);

/* Folds to letters and digits only. Same bounds as text_fold, cut at a code point. */
size_t text_compact(const char *s, size_t n, char *out, size_t cap);

/* The number of code points in n bytes of UTF-8 (bytes that do not continue one are counted). */
size_t text_length(const char *s, size_t n);

/* Optimal string alignment distance (insert, delete, replace, swap of neighbours: 1 each) in code points,
 * bounded: max + 1 when it is greater than max (0..16), or when a text has more than TEXT_COMPARE_MAX code
 * points. */
int text_distance(const char *a, size_t na, const char *b, size_t nb, int max);

/* The distinct trigrams of folded text as PostgreSQL's pg_trgm takes them (each word padded with two blanks
 * before and one behind; blanks, '-' and '#' separate), but over bytes, of the first TEXT_COMPARE_MAX:
 * ascending, at most TEXT_TRIGRAMS_MAX. Returns how many. */
size_t text_trigrams(const char *s, size_t n, uint32_t *ret_trigrams);

/* Shared trigrams / all distinct ones, 0..1, as pg_trgm's similarity(); 0 for two empty sets. */
double text_trigrams_similarity(const uint32_t *a, size_t na, const uint32_t *b, size_t nb);

/* The same for two folded texts. */
double text_similarity(const char *a, size_t na, const char *b, size_t nb);

#endif
