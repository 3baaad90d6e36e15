/* The rows of one answer of PostgreSQL, as text or binary (struct statement). The only way to see a result
 * above the store. */
#ifndef NICHED_STORE_ROWS_H
#define NICHED_STORE_ROWS_H

#include "base/arena.h"
#include "base/fields.h"
#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

struct rows;

/* Rows in the answer. */
size_t rows_count(const struct rows *r);
/* Rows that a statement without an answer changed; 0 if it tells none. */
int64_t rows_affected(const struct rows *r);
/* Where the column of a name is; one that the answer does not have is a mistake of the program (abort). */
int rows_column(const struct rows *r, const char *name);
/* The text of a value, NUL-terminated, valid as long as the rows; NULL for SQL null. `col` counts from 0. Of
 * a binary answer only texts and bytes have one (abort). */
const char *rows_text(const struct rows *r, size_t row, int col);
/* Bytes of a value; 0 for SQL null. */
size_t rows_len(const struct rows *r, size_t row, int col);
/* A value as an integer; FIELD_NULL_I64 for SQL null. */
int64_t rows_i64(const struct rows *r, size_t row, int col);
/* A value as a double; NAN for SQL null. */
double rows_f64(const struct rows *r, size_t row, int col);
/* A boolean; false for SQL null. */
bool rows_bool(const struct rows *r, size_t row, int col);
/* Elements of a one-dimensional array such as {1,2,NULL}: text copied into the arena, SQL null as NULL. */
struct text_list rows_list(const struct rows *r, size_t row, int col, struct arena *a);
/* Decodes one row into *ret_struct by the columns that the field table names; a column that the answer does
 * not have is a mistake of the program (abort). Strings are copied into the arena.
 *
 * A packed column (bytes, in a binary answer) has the values of all lines that are packed: of each its length
 * in 4 bytes (-1: null), its bytes as PostgreSQL sends an int8, float8, text or int4[], and a zero byte. */
void rows_decode(const struct rows *r, size_t row, const struct field *fields, size_t n, struct arena *a,
                 void *ret_struct);
/* Decodes the first n_rows rows into an array of structs of `size` bytes, as rows_decode(), but strings are
 * those of the rows: they must be kept as long. */
void rows_decode_all(const struct rows *r, size_t n_rows, const struct field *fields, size_t n,
                     struct arena *a, void *ret_structs, size_t size);
/* Takes the rows over from an owner who frees them after a callback: the caller frees what is returned, `r`
 * is empty from then on. For rows that another thread is to read. */
struct rows *rows_steal(const struct rows *r);
/* Frees the rows. Accepts NULL. */
void rows_free(struct rows *r);
/* For CLEANUP(rows_free_at). */
void rows_free_at(struct rows **r);

#endif
