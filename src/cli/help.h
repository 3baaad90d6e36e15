/* Inside cli only: what a command says to --help, for the manual page and the completion. */
#ifndef NICHED_CLI_HELP_H
#define NICHED_CLI_HELP_H

#include "cli/commands.h"

/* The text that `niched COMMAND --help` prints. The caller frees it. */
char *help_of(const struct cli_command *c);

#endif
