/* The command line: one table of commands, one file a command. Each takes argv from its own name on and
 * returns the exit status of its error class (base/err.h). */
#ifndef NICHED_CLI_COMMANDS_H
#define NICHED_CLI_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct cli_command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help; /* one line */
};

/* All commands, in the order of the help. */
extern const struct cli_command cli_commands[];
/* How many there are. */
extern const size_t cli_command_count;

/* Writes the list of commands. */
void cli_usage(FILE *out);
/* The list of commands; with --man the manual page. */
int cmd_help(int argc, char **argv);
/* Version and revision. */
int cmd_version(int argc, char **argv);
/* Prints a shell's completion, made from the commands' own help and tables. */
int cmd_completion(int argc, char **argv);
/* Asks GET /readyz of a running niched: status 0, or why not with the status of its error. */
int cmd_health(int argc, char **argv);
/* Serves HTTP until SIGINT or SIGTERM. */
int cmd_serve(int argc, char **argv);
/* Runs the migrations. */
int cmd_migrate(int argc, char **argv);
/* Loads or checks a taxonomy. */
int cmd_taxonomy(int argc, char **argv);
/* Makes, loads or purges the sandbox world. */
int cmd_sandbox(int argc, char **argv);
/* Imports files. Prints a summary to stdout, bad rows and errors to stderr, progress to stderr if that is a
 * terminal. 0: imported (also with refused rows, which are listed), 7: nothing imported because of the data.
 */
int cmd_import(int argc, char **argv);
/* Loads rates of currencies, or lists them. */
int cmd_rates(int argc, char **argv);
/* Pulls creators from a platform's own interface. Summary to stdout, conditions, progress and errors to
 * stderr. 0: complete, 5: stopped at a limit, the same command goes on later. */
int cmd_pull(int argc, char **argv);
/* Keeps what was pulled within its permitted age; the worst status of the platforms. */
int cmd_refresh(int argc, char **argv);
/* Scores what is dirty. */
int cmd_score(int argc, char **argv);
/* Fits the model from live data, lists its versions, puts one in force. */
int cmd_fit(int argc, char **argv);
/* Answers what GET of an operation would, by argv[0]: match, plan, niches, niche, creator, standing, similar,
 * overlap, history, suggestions, model. A table on a terminal, else what the service says. */
int cmd_read(int argc, char **argv);
/* Lists the log of writes. */
int cmd_audit(int argc, char **argv);
/* Makes, lists, renames and deletes workspaces. */
int cmd_workspace(int argc, char **argv);
/* Makes, lists and revokes keys. */
int cmd_key(int argc, char **argv);
/* Lists, grants and refuses what creators asked for about themselves. */
int cmd_request(int argc, char **argv);
/* Lists the secrets by their marks, puts a new one in front, or gives a lost one up. */
int cmd_secret(int argc, char **argv);
/* Lets an erased creator in again. */
int cmd_erased(int argc, char **argv);
/* Makes an account one of a creator's. */
int cmd_link(int argc, char **argv);
/* Makes an account a creator of its own again. */
int cmd_unlink(int argc, char **argv);
/* Shows the settings in force. */
int cmd_config(int argc, char **argv);
/* Prints routes, parameters and errors as JSON. */
int cmd_contract(int argc, char **argv);

#endif
