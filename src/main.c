/* niched: one program, a table of commands. */
#include "cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is(const char *word, const char *a, const char *b, const char *c) {
    return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0;
}

/* Started without standard input, output or errors: else a socket would get the number, and with it the lines
 * of the log. They stay what they are: nothing is read from them or written to them. */
static bool hold_standard_files(void) {
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", modes[fd]) != fd)
            return false;
    return true;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    if (!hold_standard_files())
        return 1;
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
