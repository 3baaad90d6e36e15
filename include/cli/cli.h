/* What commands share: settings, a connection, how a fault is told. */
#ifndef NICHED_CLI_CLI_H
#define NICHED_CLI_CLI_H

#include "base/crypto.h"
#include "base/settings.h"
#include "store/db.h"

/* Tells a fault on standard error as "niched COMMAND: text" with hints; returns its exit status. */
int cli_fault(const char *command, const struct fault *f);
/* Reads the settings and opens a connection, which the caller closes, also after ERR_STORE_SCHEMA: the store
 * has another schema version than this program (one that is older will do for "migrate"). */
NODISCARD enum err cli_open(const char *command, struct settings *ret_settings, struct fault *f,
                            struct db **ret_db);
/* Notes in the log of writes what a command did ("key revoke" to "key:7"). */
NODISCARD enum err cli_audit(struct db *db, const char *operation, const char *object, struct fault *f);
/* The most memory that this process held so far, in MiB (VmHWM); 0 where that is not to be had. */
double cli_peak_mib(void);
/* True if the only argument is --help or -h: the text was printed. */
int cli_help(int argc, char **argv, const char *text);

#endif
