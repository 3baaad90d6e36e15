/* What `niched import` shows: help, progress, columns, bad rows, counts. */
#include "cli/cli.h"
#include "cli/cmd_import.h"

#include "base/clock.h"

#include <string.h>

enum { BAR_WIDTH = 20 };

void import_print_help(FILE *out) {
    fputs(
        "usage: niched import [options] FILE...          FILE - is standard input\n"
        "\n"
        "Reads files of creators, posts, follower histories, prices, collaborations, engagers, audiences "
        "or conversions, "
        "each "
        "merged in one\n"
        "transaction. A file is CSV or NDJSON (one JSON object a line), either also as gzip, in UTF-8, "
        "UTF-16 or\n"
        "Windows-1252. Columns are recognised by their usual names; rows that are wrong are left out and "
        "listed.\n"
        "Importing the same file again changes nothing.\n"
        "\n"
        "  --platform NAME       instagram, tiktok or youtube, for rows that name none\n"
        "  --kind KIND           creators, posts, snapshots, prices, collaborations, engagers, audience or\n"
        "                        conversions (else: by the header)\n"
        "  --map COLUMN=FIELD    this column is that field; FIELD - leaves the column out; may be repeated\n"
        "  --delimiter CHAR      one character, or tab (else: the most frequent of , ; tab | in the header)\n"
        "  --encoding NAME       utf-8, utf-16, windows-1252 or latin-1 (else: by the first 64 KiB)\n"
        "  --workspace NAME      whose prices, collaborations or conversions these are (default is one; "
        "else: "
        "shared by all)\n"
        "  --source NAME         provenance to store (else: the file's name)\n"
        "  --observed-at TIME    when the rows were seen (else: when the file was written)\n"
        "  --strict              one wrong row and nothing is imported\n"
        "  --dry-run             checks everything, shows how columns were understood, writes nothing\n"
        "  --revertible          notes what is written, so that DELETE /imports/{id} can take it back; takes "
        "longer\n"
        "  --max-errors-shown N  wrong rows to list (20); the first 1,000 are kept in the store\n"
        "  --help\n"
        "\n"
        "exit status: 0 imported, although rows may have been refused (they are listed on standard error);\n"
        "             7 nothing imported because of the data (unreadable file, all rows wrong, --strict);\n"
        "             2 wrong usage; 6 the store failed; 1 the file cannot be read\n"
        "\n"
        "examples:\n"
        "  niched import --platform tiktok creators.csv\n"
        "  niched import --platform tiktok --observed-at 2020-11-08 posts_1.csv posts_2.csv\n"
        "  niched import --dry-run --platform instagram --map 'Anzahl Fans=followers' liste.csv\n"
        "  zstdcat history.csv.zst | niched import --kind snapshots --platform youtube --source history -\n",
        out);
}

static const char *delimiter_name(char c) {
    return c == '\t' ? "tab" : c == ',' ? "comma" : c == ';' ? "semicolon" : c == '|' ? "bar" : "as given";
}

void import_print_columns(FILE *out, const struct import_summary *s) {
    size_t n;
    if (!s->map)
        return;
    const struct map_column *columns = map_columns(s->map, &n);
    fprintf(out, "%s%s in %s, %zu columns", s->packed ? "gzip of " : "", s->delimiter ? "CSV" : "NDJSON",
            s->encoding, n);
    if (s->delimiter)
        fprintf(out, ", delimiter %s", delimiter_name(s->delimiter));
    fprintf(out, ", read as %s\n", s->kind);
    for (size_t i = 0; i < n; i++) {
        const struct map_column *c = &columns[i];
        fprintf(out, "  %-24s -> %-20s", c->header, c->field ? c->field->name : "(not used)");
        for (size_t k = 0; k < MAP_SAMPLES && c->samples[k]; k++)
            fprintf(out, "%s%s", k ? " | " : " ", c->samples[k]);
        fputc('\n', out);
    }
}

static void print_problem(FILE *out, const struct problem *p) {
    if (p->line)
        fprintf(out, "line %lld%s%s: ", (long long)p->line, *p->column ? ", column " : "", p->column);
    if (*p->value)
        fprintf(out, "\"%s\" - ", p->value);
    fprintf(out, "%s\n", p->reason);
}

void import_print_problems(FILE *out, const struct import_summary *s, long max) {
    size_t shown = 0;
    for (size_t i = 0; i < s->problems.count; i++) {
        if (!s->problems.items[i].line)
            continue;
        if (shown == (size_t)max)
            break;
        print_problem(out, &s->problems.items[i]);
        shown++;
    }
    if (s->refused > 0 && shown < s->problems.count + s->problems.not_kept && shown == (size_t)max)
        fprintf(out, "... and more: %lld rows were refused%s\n", (long long)s->refused,
                s->import_id ? " (the first 1,000 are in table import_error)" : "");
}

static void print_dropped(FILE *out, const struct import_summary *s) {
    size_t n = 0;
    const struct map_column *columns = s->map ? map_columns(s->map, &n) : NULL;
    for (size_t i = 0; i < n; i++)
        if (columns[i].dropped)
            fprintf(out, "left empty  %lld values of %s that are no web address\n",
                    (long long)columns[i].dropped, columns[i].header);
}

void import_print_summary(FILE *out, const char *name, const struct import_summary *s, bool dry_run) {
    double seconds = s->read_s + s->merge_s;
    const struct {
        const char *word;
        int64_t value;
    } counts[] = {{"rows", s->rows},          {"accepted", s->accepted},
                  {"refused", s->refused},    {"duplicates", s->duplicates},
                  {"created", s->created},    {"updated", s->updated},
                  {"unchanged", s->unchanged}};
    fprintf(out, "%s: %s%s\n", name, s->kind ? s->kind : "not understood", dry_run ? " (dry run)" : "");
    for (size_t i = 0; i < (dry_run ? 3 : COUNT_OF(counts)); i++)
        fprintf(out, "%-11s %lld\n", counts[i].word, (long long)counts[i].value);
    if (!dry_run && s->accounts_created && s->accounts_created != s->created)
        fprintf(out, "new accounts %lld\n", (long long)s->accounts_created);
    print_dropped(out, s);
    fprintf(out, "%-11s %.2f (%.2f reading, %.2f merging)\n", "seconds", seconds, s->read_s, s->merge_s);
    fprintf(out, "%-11s %.0f\n", "rows per s", seconds > 0 ? (double)s->rows / seconds : 0.0);
    fprintf(out, "%-11s %.1f MiB\n", "peak memory", cli_peak_mib());
}

/* [########............] 40 %, 12 s left: of what is read, by its bytes. */
static void draw_share(FILE *out, double share, double seconds) {
    int done = (int)(share * BAR_WIDTH);
    fputs(" [", out);
    for (int i = 0; i < BAR_WIDTH; i++)
        fputc(i < done ? '#' : '.', out);
    fprintf(out, "] %.0f %%", share * 100);
    if (seconds > 0.5)
        fprintf(out, ", %.0f s left", seconds / share - seconds);
}

bool import_bar_draw(void *ctx, const struct import_progress *p) {
    struct import_bar *b = ctx;
    if (!b->out)
        return true;
    int64_t now = clock_mono_ms();
    if (!b->shown)
        b->began_ms = now;
    double seconds = (double)(now - b->began_ms) / 1000;
    fprintf(b->out, "\r\033[K%s", p->phase);
    if (b->total && p->bytes && p->bytes <= b->total && strcmp(p->phase, "reading") == 0)
        draw_share(b->out, (double)p->bytes / (double)b->total, seconds);
    fprintf(b->out, " %lld rows", (long long)p->rows);
    if (p->refused)
        fprintf(b->out, ", %lld refused", (long long)p->refused);
    if (seconds > 0.5)
        fprintf(b->out, ", %.0f rows/s", (double)p->rows / seconds);
    fflush(b->out);
    b->shown = true;
    return true;
}

void import_bar_clear(struct import_bar *b) {
    if (b->out && b->shown)
        fputs("\r\033[K", b->out);
    b->shown = false;
}
