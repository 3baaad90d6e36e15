/* All commands: a table of data. */
#include "cli/commands.h"

#include "base/macros.h"

const struct cli_command cli_commands[] = {
    {"serve", cmd_serve, "answer HTTP until SIGINT or SIGTERM"},
    {"migrate", cmd_migrate, "bring the database to this program's schema"},
    {"taxonomy", cmd_taxonomy, "load or check niches and their words"},
    {"import", cmd_import, "load files of creators, posts, ..."},
    {"rates", cmd_rates, "load and list what other currencies are worth"},
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
    {"history", cmd_read, "show how a creator's scores changed"},
    {"suggestions", cmd_read, "name accounts that may be a creator's, too"},
    {"model", cmd_read, "show by what numbers creators are ranked"},
    {"workspace", cmd_workspace, "make, list, rename and delete owners of private rows"},
    {"key", cmd_key, "make, list and revoke keys of callers"},
    {"audit", cmd_audit, "list what was written, by whom"},
    {"request", cmd_request, "decide what creators ask for about themselves"},
    {"erased", cmd_erased, "let an erased creator in again"},
    {"secret", cmd_secret, "list and renew the secrets that cursors and erasures rest on"},
    {"link", cmd_link, "make an account one of a creator's"},
    {"unlink", cmd_unlink, "make an account a creator of its own again"},
    {"health", cmd_health, "ask a running niched whether it can answer"},
    {"config", cmd_config, "show the settings in force"},
    {"contract", cmd_contract, "print routes, parameters and errors as JSON"},
    {"completion", cmd_completion, "print the completion of commands and options for a shell"},
};
const size_t cli_command_count = COUNT_OF(cli_commands);
