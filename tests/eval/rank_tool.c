/* Why: `make eval` measures the code that serves, so the code is given a voice: one command a line on
 * standard input, tabs between fields, one line of answer on standard output. Invariants: no formula of its
 * own; a command that is not understood ends the program with status 2, so that a figure is never made of
 * nothing. "nan" stands for unknown.
 *
 *   variant K z half_life nu0 clip deff alpha beta tau s      sets parameters and benchmark K (0..31); no
 * answer engagement K,K,... followers e d age e d age ...   for each K: value theta sigma own_sd location mu
 * n_eff uniformity count in_bio base_rate age p age p ...             k n share focus focus k n base_rate
 * share focus relevance k n base_rate npmi g npmi g ...          value kind (related niches with evidence
 * only) npmi p_a p_b p_both                                npmi geometric relevance engagement match score of
 * the two components under the default weights defaults                                           z half_life
 * nu0 clip deff gate related npmi_min drift seed platform basis                                alpha beta tau
 * s niches                                             slug=generic,intersection,parent+parent ... of all
 * niches match where text where text ...                    slug=p,how,words ... after closing fit slug
 * base_rate | bench platform basis alpha beta tau s | related slug slug npmi support    no answer context
 * now_s                                      builds the scorer's context from these; no answer account
 * platform followers following username name bio category     begins an account; no answer post posted_s
 * likes comments shares views hashtags | snap day followers          add to it; no answer score engagement
 * authenticity measured phi,phi,.. theta and the ranked rows slug=kind,relevance,focus,k */
#include "rank_tool.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    bool (*run)(struct session *s, char **field, size_t n);
} COMMANDS[] = {
    {"variant", cmd_variant}, {"engagement", cmd_engagement},
    {"count", cmd_count},     {"focus", cmd_focus},
    {"npmi", cmd_npmi},       {"relevance", cmd_relevance},
    {"seed", cmd_seed},       {"geometric", cmd_geometric},
    {"niches", cmd_niches},   {"defaults", cmd_defaults},
    {"match", cmd_match},     {"fit", cmd_fit},
    {"bench", cmd_bench},     {"related", cmd_related},
    {"context", cmd_context}, {"account", cmd_account},
    {"post", cmd_post},       {"snap", cmd_snap},
    {"score", cmd_score},
};

double number(const char *s) {
    return strtod(s, NULL);
}

static bool run(struct session *s, char *line) {
    size_t n = 0;
    while (line && n < FIELDS_MAX)
        s->field[n++] = strsep(&line, "\t");
    if (line)
        return false;
    for (size_t i = 0; i < COUNT_OF(COMMANDS); i++)
        if (strcmp(COMMANDS[i].name, s->field[0]) == 0)
            return COMMANDS[i].run(s, s->field + 1, n - 1);
    return false;
}

int main(void) {
    struct session *s = session_new();
    if (!s)
        return 1;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    int status = 0;
    while (status == 0 && (len = getline(&line, &cap, stdin)) > 0) {
        line[len - (line[len - 1] == '\n')] = '\0';
        if (!run(s, line)) {
            fprintf(stderr, "rank_tool: not understood: \"%s\" with such fields\n", s->field[0]);
            status = 2;
        }
    }
    free(line);
    session_free(s);
    return fflush(stdout) == 0 ? status : 1;
}
