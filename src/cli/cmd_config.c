/* niched config: the settings in force. */
#include "cli/cli.h"
#include "cli/commands.h"

#include <stdio.h>

static const char help[] =
    "usage: niched config\n\nShows every setting as NAME=value with what it means. Settings are environment "
    "variables.\n";

int cmd_config(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    struct settings s;
    struct fault f = {0};
    if (settings_read(&f, &s))
        return cli_fault("config", &f);
    CLEANUP(buf_free) struct buf out = {0};
    settings_print(&s, &out);
    fputs(out.data, stdout);
    return 0;
}
