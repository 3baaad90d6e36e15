/* How far apart two texts are: edit distance for spelling, trigrams for suggestions, and the check of UTF-8.
 * Invariant: everything is bounded by TEXT_COMPARE_MAX and lives on the stack. */
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

bool text_utf8_valid(const char *s, size_t n) {
    const unsigned char *u = (const unsigned char *)s;
    size_t i = 0;
    while (i < n) {
        uint64_t eight = 0;
        if (n - i >= 8)
            memcpy(&eight, u + i, 8);
        if (n - i >= 8 && !(eight & 0x8080808080808080u)) {
            i += 8;
            continue;
        }
        utf8proc_int32_t cp;
        utf8proc_ssize_t k = u[i] < 0x80 ? 1 : utf8proc_iterate(u + i, (utf8proc_ssize_t)(n - i), &cp);
        if (k < 1)
            return false;
        i += (size_t)k;
    }
    return true;
}

size_t text_length(const char *s, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)s[i] & 0xC0) != 0x80;
    return count;
}

/* The code points of s; TEXT_COMPARE_MAX + 1 when there are more than fit. A byte that is no UTF-8 stands for
 * itself. */
static int code_points(const char *s, size_t n, int32_t *ret_cp) {
    int count = 0;
    for (size_t i = 0; i < n;) {
        if (count == TEXT_COMPARE_MAX)
            return count + 1;
        utf8proc_int32_t cp = (unsigned char)s[i];
        utf8proc_ssize_t k = 1;
        if (cp >= 0x80)
            k = utf8proc_iterate((const utf8proc_uint8_t *)s + i, (utf8proc_ssize_t)(n - i), &cp);
        if (k < 1) {
            cp = -(int32_t)(unsigned char)s[i];
            k = 1;
        }
        ret_cp[count++] = cp;
        i += (size_t)k;
    }
    return count;
}

static int min3(int a, int b, int c) {
    int m = a < b ? a : b;
    return m < c ? m : c;
}

/* Row i of the alignment table inside the band |i - j| <= max; returns its smallest cell. `row` is the row to
 * fill, `up` the one before, `up2` the one before that. */
static int osa_row(const int32_t *a, int i, const int32_t *b, int nb, int max, int *row, const int *up,
                   const int *up2) {
    int from = i - max > 1 ? i - max : 1;
    int to = i + max < nb ? i + max : nb;
    row[from - 1] = from == 1 ? i : max + 1;
    int least = row[from - 1];
    for (int j = from; j <= to; j++) {
        int above = j <= i - 1 + max ? up[j] + 1 : max + 1;
        int cell = min3(above, row[j - 1] + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && up2[j - 2] + 1 < cell)
            cell = up2[j - 2] + 1;
        row[j] = cell;
        if (cell < least)
            least = cell;
    }
    return least;
}

int text_distance(const char *a, size_t na, const char *b, size_t nb, int max) {
    int32_t ca[TEXT_COMPARE_MAX];
    int32_t cb[TEXT_COMPARE_MAX];
    int rows[3][TEXT_COMPARE_MAX + 1] = {0};
    int la = code_points(a, na, ca);
    int lb = code_points(b, nb, cb);
    if (la > TEXT_COMPARE_MAX || lb > TEXT_COMPARE_MAX || abs(la - lb) > max)
        return max + 1;
    for (int j = 0; j <= lb; j++)
        rows[0][j] = j;
    int before = 0;
    for (int i = 1; i <= la; i++) {
        int least = osa_row(ca, i, cb, lb, max, rows[i % 3], rows[(i + 2) % 3], rows[(i + 1) % 3]);
        if (least > max && before > max)
            return max + 1;
        before = least;
    }
    int d = rows[la % 3][lb];
    return d > max ? max + 1 : d;
}

static int by_value(const void *x, const void *y) {
    uint32_t a = *(const uint32_t *)x;
    uint32_t b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

static void sort(uint32_t *t, size_t n) {
    if (n > 32) {
        qsort(t, n, sizeof *t, by_value);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        uint32_t x = t[i];
        size_t j = i;
        for (; j > 0 && t[j - 1] > x; j--)
            t[j] = t[j - 1];
        t[j] = x;
    }
}

/* The distinct ones of n sorted trigrams, in front. */
static size_t distinct(uint32_t *t, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || t[i] != t[kept - 1])
            t[kept++] = t[i];
    return kept;
}

size_t text_trigrams(const char *s, size_t n, uint32_t *ret_trigrams) {
    const uint32_t two_blanks = ' ' << 8 | ' ';
    size_t count = 0;
    uint32_t last = two_blanks;
    for (size_t i = 0; i < n && i < TEXT_COMPARE_MAX; i++) {
        bool word = s[i] != ' ' && s[i] != '-' && s[i] != '#';
        if (word || last != two_blanks)
            ret_trigrams[count++] =
                (last << 8 | (word ? (unsigned char)s[i] : (unsigned char)' ')) & 0xFFFFFF;
        last = word ? ret_trigrams[count - 1] : two_blanks;
    }
    if (last != two_blanks)
        ret_trigrams[count++] = (last << 8 | ' ') & 0xFFFFFF;
    sort(ret_trigrams, count);
    return distinct(ret_trigrams, count);
}

double text_trigrams_similarity(const uint32_t *a, size_t na, const uint32_t *b, size_t nb) {
    size_t both = 0;
    for (size_t i = 0, j = 0; i < na && j < nb;) {
        uint32_t x = a[i];
        uint32_t y = b[j];
        both += x == y;
        i += x <= y;
        j += y <= x;
    }
    return na + nb > 0 ? (double)both / (double)(na + nb - both) : 0;
}

double text_similarity(const char *a, size_t na, const char *b, size_t nb) {
    uint32_t ta[TEXT_TRIGRAMS_MAX] = {0};
    uint32_t tb[TEXT_TRIGRAMS_MAX] = {0};
    size_t ca = text_trigrams(a, na, ta);
    return text_trigrams_similarity(ta, ca, tb, text_trigrams(b, nb, tb));
}
