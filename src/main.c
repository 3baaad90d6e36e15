/* niched: one program, a table of commands. */
#include "cli/commands.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static bool is(const char *word, const char *a, const char *b, const char *c) {
    return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    if (argc > 1 && is(argv[1], "help", "--help", "-h"))
        return cmd_help(argc - 1, argv + 1);
    if (argc > 1 && is(argv[1], "version", "--version", "-V"))
        return cmd_version(argc - 1, argv + 1);
    for (size_t i = 0; argc > 1 && i < cli_command_count; i++)
        if (strcmp(argv[1], cli_commands[i].name) == 0)
            return cli_commands[i].run(argc - 1, argv + 1);
    if (argc > 1)
        fprintf(stderr, "niched: there is no command \"%s\"\n", argv[1]);
    cli_usage(stderr);
    return 2;
}
