/* niched: one program, a table of commands. */
#include "base/macros.h"
#include "cli/commands.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"serve", cmd_serve, "answer HTTP until SIGINT or SIGTERM"},
    {"migrate", cmd_migrate, "bring the database to this program's schema"},
    {"taxonomy", cmd_taxonomy, "load or check niches and their words"},
    {"import", cmd_import, "load files of creators, posts, ..."},
    {"pull", cmd_pull, "read real creators from YouTube or Instagram, with your own key"},
    {"refresh", cmd_refresh, "keep what was pulled within its permitted age"},
    {"sandbox", cmd_sandbox, "make, load or purge the made-up world"},
    {"score", cmd_score, "score what is new"},
    {"fit", cmd_fit, "fit the model from live data, list versions, go back to one"},
    {"match", cmd_read, "rank the creators of a niche"},
    {"plan", cmd_read, "say whom to book for a budget"},
    {"niches", cmd_read, "list niches, or find one"},
    {"niche", cmd_read, "show one niche"},
    {"creator", cmd_read, "show a creator"},
    {"standing", cmd_read, "say where a creator stands among peers"},
    {"similar", cmd_read, "find creators like one"},
    {"overlap", cmd_read, "say how many people audiences share"},
    {"model", cmd_read, "show by what numbers creators are ranked"},
    {"request", cmd_request, "decide what creators ask for about themselves"},
    {"erased", cmd_erased, "let an erased creator in again"},
    {"config", cmd_config, "show the settings in force"},
    {"contract", cmd_contract, "print routes, parameters and errors as JSON"},
};

static void usage(FILE *out) {
    fputs("usage: niched COMMAND [options]\n\n", out);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
    fputs("\n`niched COMMAND --help` says more. The database is DATABASE_URL, or the PG* variables.\n", out);
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    if (argc > 1 &&
        (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)) {
        usage(stdout);
        return 0;
    }
    for (size_t i = 0; argc > 1 && i < COUNT_OF(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (argc > 1)
        fprintf(stderr, "niched: there is no command \"%s\"\n", argv[1]);
    usage(stderr);
    return 2;
}
