/* What folding makes of one code point outside ASCII; the part of text.c that needs Unicode's tables. */
#ifndef NICHED_BASE_TEXT_POINT_H
#define NICHED_BASE_TEXT_POINT_H

#include <stddef.h>
#include <stdint.h>

/* POINT_BLANK: a blank or dash; POINT_OTHER: other punctuation, controls, unassigned; POINT_DROP: nothing at
 * all. */
enum point_kind { POINT_LETTER, POINT_SYMBOL, POINT_BLANK, POINT_OTHER, POINT_DROP };

enum { POINT_PARTS_MAX = 24 };

struct point {
    uint32_t cp;
    enum point_kind kind;
};

/* Folds one code point >= 0x80 into 0..POINT_PARTS_MAX parts: compatibility decomposition, case folding,
 * accents dropped, letters that only look different (small capitals, letters in discs) made plain. Returns
 * how many. */
size_t text_point(uint32_t cp, struct point *ret_parts);

#endif
