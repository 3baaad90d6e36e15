/* Records that somebody holds in memory, by the path of files: the map reads them, staging and merge are the
 * same. */
#include "ingest/import.h"

#include "ingest/merge.h"
#include "ingest/stage.h"

#include <string.h>

static enum err stage_all(struct stage *stage, const struct record *records, size_t n, struct fault *f,
                          struct import_summary *s) {
    enum err e = ERR_OK;
    for (size_t i = 1; i < n && !e; i++) {
        s->rows++;
        if (s->parts)
            s->parts[records[i].line >> IMPORT_PART_BITS].rows++;
        if (!map_row(s->map, &records[i], &s->problems, &stage->lines))
            s->refused++;
        e = stage_flush(stage, f);
    }
    return e ? e : stage_end(stage, f);
}

/* Whose rows were refused: each is a problem of its line; several of one line stand together. */
static void count_refused(struct import_summary *s) {
    const struct problems *p = &s->problems;
    for (size_t i = 0; s->parts && i < p->count; i++)
        if (!i || p->items[i].line != p->items[i - 1].line)
            s->parts[p->items[i].line >> IMPORT_PART_BITS].refused++;
}

enum err import_records(struct db *db, const struct import_options *o, const struct record *records, size_t n,
                        struct import_part *ret_parts, struct fault *f, struct import_summary *ret_summary) {
    struct import_summary *s = ret_summary;
    struct stage stage = {0};
    memset(s, 0, sizeof *s);
    s->parts = ret_parts;
    enum err e = map_new(&o->map, &records[0], f, &s->map);
    if (e)
        return e;
    s->kind = map_kind(s->map)->name;
    e = kind_check_owner(map_kind(s->map), o->workspace_id != 0, f);
    if (!e)
        e = stage_begin(&stage, db, s->map, f);
    if (!e)
        e = stage_all(&stage, records, n, f, s);
    if (!e)
        e = merge_run(db, o, stage.rows, f, s);
    count_refused(s);
    if (!e)
        e = stage_clear(&stage, f);
    stage_done(&stage);
    return e;
}
