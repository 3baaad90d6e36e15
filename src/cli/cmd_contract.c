/* niched contract: the tables of the program as JSON. */
#include "api/api.h"
#include "cli/cli.h"
#include "cli/commands.h"

#include <stdio.h>

static const char help[] =
    "usage: niched contract\n\nPrints routes, parameters with bounds and defaults, and error codes as JSON; "
    "the checks compare\nthem with openapi.yaml.\n";

int cmd_contract(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    CLEANUP(buf_free) struct buf out = {0};
    api_contract(&out);
    fputs(out.data, stdout);
    return 0;
}
