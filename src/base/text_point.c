/* Unicode for text.c: short cuts by range for what captions are full of (Latin with accents, Cyrillic, Han,
 * Hangul, emoji), two small tables, libutf8proc for the rest. Invariant: every part of kind POINT_LETTER is
 * in lower case. */
#include "base/text_point.h"

#include "base/macros.h"

#include <stdbool.h>
#include <utf8proc.h>

/* clang-format off */
/* U+00C0..U+017F to their ASCII letter; '.' where it takes more than a letter. */
static const char latin[] = "aaaaaa.ceeeeiiii.nooooo.ouuuuy..aaaaaa.ceeeeiiii.nooooo.ouuuuy.y"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkkkllllll."
                            ".llnnnnnn...oooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* Letters that NFKD leaves alone although people read them as Latin; ascending. */
static const struct look { uint16_t cp; char as[3]; } looks[] = {
    {0xC6, "ae"}, {0xD0, "d"}, {0xDE, "th"}, {0xE6, "ae"}, {0xF0, "d"}, {0xFE, "th"}, {0x14A, "n"}, {0x14B, "n"},
    {0x152, "oe"}, {0x153, "oe"}, {0x251, "a"}, {0x261, "g"}, {0x262, "g"}, {0x26A, "i"}, {0x274, "n"}, {0x280, "r"},
    {0x28F, "y"}, {0x299, "b"}, {0x29C, "h"}, {0x29F, "l"}, {0x1D00, "a"}, {0x1D04, "c"}, {0x1D05, "d"},
    {0x1D07, "e"}, {0x1D0A, "j"}, {0x1D0B, "k"}, {0x1D0D, "m"}, {0x1D0F, "o"}, {0x1D18, "p"}, {0x1D1B, "t"},
    {0x1D1C, "u"}, {0x1D20, "v"}, {0x1D21, "w"}, {0x1D22, "z"}, {0x1E9E, "ss"}, {0xA730, "f"}, {0xA731, "s"},
    {0xA7AF, "q"},
};

/* Marks that are accents, not letters; ascending. */
static const struct span { uint32_t first, last; } accents[] = {
    {0x300, 0x36F}, {0x483, 0x489}, {0x591, 0x5C7}, {0x610, 0x61A}, {0x64B, 0x65F}, {0x670, 0x670}, {0x6D6, 0x6ED},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF},
};
/* clang-format on */

static bool is_accent(uint32_t cp) {
    for (size_t i = 0; i < COUNT_OF(accents); i++)
        if (cp <= accents[i].last)
            return cp >= accents[i].first;
    return false;
}

static enum point_kind kind_of(uint32_t cp) {
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)cp);
    bool digit = c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO;
    if ((c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO) || digit)
        return POINT_LETTER;
    if (c >= UTF8PROC_CATEGORY_MN && c <= UTF8PROC_CATEGORY_ME)
        return is_accent(cp) ? POINT_DROP : POINT_LETTER;
    if (c == UTF8PROC_CATEGORY_SO || c == UTF8PROC_CATEGORY_SC || (cp >= 0x1F000 && cp <= 0x1FAFF))
        return POINT_SYMBOL;
    if (c == UTF8PROC_CATEGORY_ZS || c == UTF8PROC_CATEGORY_PD || cp == 0x200B || cp == '_')
        return POINT_BLANK;
    return c == UTF8PROC_CATEGORY_CF ? POINT_DROP : POINT_OTHER;
}

static const struct look *look_of(uint32_t cp) {
    size_t lo = 0;
    size_t hi = COUNT_OF(looks);
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (looks[mid].cp == cp)
            return &looks[mid];
        if (looks[mid].cp < cp)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

/* Code points that fold to one part without tables; false for the others. */
static bool easy(uint32_t cp, struct point *ret) {
    *ret = (struct point){cp, POINT_LETTER};
    if (cp >= 0xC0 && cp < 0x180 && latin[cp - 0xC0] != '.')
        ret->cp = (unsigned char)latin[cp - 0xC0];
    else if (cp >= 0x410 && cp <= 0x44F && cp != 0x419 && cp != 0x439)
        ret->cp = cp < 0x430 ? cp + 0x20 : cp;
    else if ((cp >= 0x1F3FB && cp <= 0x1F3FF) || cp == 0xFE0F || cp == 0x200D)
        ret->kind = POINT_DROP;
    else if (cp >= 0x1F1E6 && cp <= 0x1FAFF && !(cp >= 0x1F200 && cp < 0x1F300))
        ret->kind = POINT_SYMBOL;
    else
        return (cp >= 0x4E00 && cp <= 0x9FFF) || (cp >= 0xAC00 && cp <= 0xD7A3) ||
               (cp >= 0x627 && cp <= 0x63A);
    return true;
}

static size_t put_look(const struct look *look, struct point *ret_parts) {
    for (size_t i = 0; i < 2; i++)
        ret_parts[i] = (struct point){(unsigned char)look->as[i], POINT_LETTER};
    return look->as[1] ? 2 : 1;
}

/* A part of a decomposition, which may be a letter that has its own fold: the o with stroke in one with an
 * acute, too. */
static size_t put_part(uint32_t part, struct point *ret_parts) {
    const struct look *look = part < 0x10000 ? look_of(part) : NULL;
    if (look)
        return put_look(look, ret_parts);
    bool stroke = part >= 0xC0 && part < 0x180 && latin[part - 0xC0] != '.';
    uint32_t cp = stroke ? (unsigned char)latin[part - 0xC0] : part;
    ret_parts[0] = (struct point){cp, cp == '$' ? POINT_OTHER : kind_of(cp)}; /* as in ASCII */
    return 1;
}

static size_t decompose(uint32_t cp, struct point *ret_parts) {
    utf8proc_int32_t parts[POINT_PARTS_MAX];
    int last = 0;
    utf8proc_ssize_t n =
        utf8proc_decompose_char((utf8proc_int32_t)cp, parts, POINT_PARTS_MAX,
                                UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD, &last);
    size_t count = 0;
    for (utf8proc_ssize_t i = 0; i < n && i < POINT_PARTS_MAX && count + 1 < POINT_PARTS_MAX; i++)
        count += put_part((uint32_t)parts[i], ret_parts + count);
    return count;
}

size_t text_point(uint32_t cp, struct point *ret_parts) {
    if (easy(cp, ret_parts))
        return 1;
    const struct look *look = cp < 0x10000 ? look_of(cp) : NULL;
    if (look)
        return put_look(look, ret_parts);
    bool trade =
        cp == 0x2122 || cp == 0x2120 || cp == 0xA9 || cp == 0xAE; /* their decomposition sticks to words */
    bool disc = cp >= 0x1F150 && cp <= 0x1F169;
    bool square = cp >= 0x1F170 && cp <= 0x1F189;
    if (!trade && !disc && !square)
        return decompose(cp, ret_parts);
    if (trade)
        ret_parts[0] = (struct point){cp, POINT_BLANK};
    else
        ret_parts[0] = (struct point){'a' + (cp - (disc ? 0x1F150 : 0x1F170)), POINT_LETTER};
    return 1;
}
