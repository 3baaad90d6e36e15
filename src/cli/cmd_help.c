/* niched help, and the manual page: made of the table of commands, of what each says to --help, and of the
 * settings, so that there is one place for each word. */
#include "help.h"

#include "base/embed.h"
#include "base/macros.h"
#include "base/settings.h"
#include "cli/cli.h"
#include "cli/commands.h"

#include <stdlib.h>
#include <string.h>

void cli_usage(FILE *out) {
    fputs("usage: niched COMMAND [options]\n\n", out);
    for (size_t i = 0; i < cli_command_count; i++)
        fprintf(out, "  %-10s %s\n", cli_commands[i].name, cli_commands[i].help);
    fputs("\n`niched COMMAND --help` says more, `niched --version` which this is. The database is "
          "DATABASE_URL, or "
          "the PG* variables.\n",
          out);
}

char *help_of(const struct cli_command *c) {
    char *text = NULL;
    size_t n;
    char *argv[] = {(char *)(uintptr_t)c->name, "--help", NULL};
    FILE *was = stdout, *to = open_memstream(&text, &n);
    if (!to)
        abort();
    stdout = to; /* glibc: a variable */
    c->run(2, argv);
    stdout = was;
    fclose(to);
    return text;
}

/* Text as troff takes it: backslashes doubled, a leading dot or quote hidden, dashes that can be copied. */
static void put_troff(FILE *out, const char *text) {
    bool line_begins = true;
    for (const char *c = text; *c; c++) {
        if (line_begins && (*c == '.' || *c == '\''))
            fputs("\\&", out);
        if (*c == '\\')
            fputs("\\e", out);
        else if (*c == '-')
            fputs("\\-", out);
        else
            fputc(*c, out);
        line_begins = *c == '\n';
    }
}

static void put_commands(FILE *out) {
    fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; i < cli_command_count; i++) {
        char *text = help_of(&cli_commands[i]);
        fprintf(out, ".SS niched %s\n", cli_commands[i].name);
        put_troff(out, cli_commands[i].help);
        fputs("\n.PP\n.EX\n", out);
        put_troff(out, text);
        fputs(".EE\n", out);
        free(text);
    }
}

static void put_settings(FILE *out) {
    const char *name, *fallback, *meaning;
    fputs(".SH ENVIRONMENT\n", out);
    for (size_t i = 0; settings_line(i, &name, &fallback, &meaning); i++) {
        fprintf(out, ".TP\n.B %s\n", name);
        put_troff(out, meaning);
        fputs(*fallback ? " (" : "\n", out);
        put_troff(out, fallback);
        fputs(*fallback ? ")\n" : "", out);
    }
}

static void put_page(FILE *out) {
    static const char *const statuses[] = {"done",        "failure",         "wrong usage", "not found",
                                           "not allowed", "a limit reached", "the store",   "bad data"};
    fprintf(out, ".TH NICHED 1 \"\" \"niched %s\" \"User Commands\"\n", embed_find("version")->data);
    fputs(".SH NAME\nniched \\- find micro\\-influencers by niche\n.SH SYNOPSIS\n.B niched\n.I "
          "COMMAND\n[options]\n"
          ".SH DESCRIPTION\nRanks creators with 1,000 to 100,000 followers by niche, with the arithmetic of "
          "every score,\n"
          "from a PostgreSQL database that you host. One program is the service, its command line and its "
          "tools.\n",
          out);
    put_commands(out);
    put_settings(out);
    fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        fprintf(out, ".TP\n.B %zu\n%s\n", i, statuses[i]);
    fputs(".SH FILES\n.TP\n.I /etc/default/niched\nenvironment of the service niched.service\n"
          ".SH SEE ALSO\n.BR psql (1),\n.BR systemctl (1)\n",
          out);
}

int cmd_help(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--man") == 0)
        put_page(stdout);
    else if (argc == 1)
        cli_usage(stdout);
    else {
        fprintf(stderr, "niched help: takes --man alone, got \"%s\"; `niched COMMAND --help` says more\n",
                argv[1]);
        return err_exit(ERR_USAGE);
    }
    return 0;
}

int cmd_version(int argc, char **argv) {
    (void)argc;
    (void)argv;
    printf("niched %s (%s)\n", embed_find("version")->data, embed_find("revision")->data);
    return 0;
}
