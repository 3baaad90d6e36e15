/* niched completion: a script for bash, made of the table of commands, of the options that each names in its
 * help, and of the choices in the parameter tables of those that read. */
#include "cmd_read.h"
#include "help.h"

#include "base/macros.h"
#include "cli/cli.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char help[] = "usage: niched completion bash\n\nPrints the completion of commands, options and "
                           "their values for bash. For "
                           "this shell alone:\n\n  . <(niched completion bash)\n";

static bool in_word(char c) {
    return islower((unsigned char)c) || c == '-';
}

/* Every --option of a help text, once. */
static void put_options(const char *text, struct buf *out) {
    for (const char *c = strstr(text, "--"); c; c = strstr(c, "--")) {
        size_t n = 2;
        while (in_word(c[n]))
            n++;
        bool begins = c == text || strchr(" [(|\n", c[-1]);
        char word[64] = "";
        snprintf(word, sizeof word, " %.*s ", (int)n, c);
        bool there = out->data && strstr(out->data, word);
        if (begins && n > 3 && !there)
            buf_puts(out, out->len ? word + 1 : word);
        c += n;
    }
}

/* The values of options that have choices, as branches of a case. */
static void put_choices(const char *command) {
    struct param params[PARAM_MAX];
    size_t n = read_params(command, params);
    if (!n)
        return;
    puts("        case $prev in");
    for (size_t i = 0; i < n; i++) {
        bool flag = params[i].type == PARAM_BOOL || params[i].type == PARAM_FLAG;
        const char *choices = flag ? "true,false" : params[i].choices;
        if (!choices || !strchr(choices, ',') || strcmp(params[i].name, "format") == 0)
            continue;
        fputs("        --", stdout);
        for (const char *c = params[i].name; *c; c++)
            putchar(*c == '_' ? '-' : *c);
        fputs(") values='", stdout);
        for (const char *c = choices; *c; c++)
            putchar(*c == ',' ? ' ' : *c);
        puts("' ;;");
    }
    puts("        --format) values='json csv ndjson table' ;;\n        esac");
}

static void put_bash(void) {
    puts("# completion of niched for bash, made by `niched completion bash`\n_niched() {\n"
         "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} options= values=\n"
         "    if ((COMP_CWORD == 1)); then");
    fputs("        options='help --help --version", stdout);
    for (size_t i = 0; i < cli_command_count; i++)
        printf(" %s", cli_commands[i].name);
    puts("'\n    fi\n    case ${COMP_WORDS[1]} in");
    for (size_t i = 0; i < cli_command_count; i++) {
        CLEANUP(buf_free) struct buf options = {0};
        char *text = help_of(&cli_commands[i]);
        buf_puts(&options, " --help ");
        put_options(text, &options);
        free(text);
        printf("    %s)\n        options=${options:-'%.*s'}\n", cli_commands[i].name, (int)options.len - 2,
               options.data + 1);
        put_choices(cli_commands[i].name);
        puts("        ;;");
    }
    puts("    esac\n"
         "    [[ $COMP_CWORD == 1 || $cur == -* ]] || options=$values\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
         "}\ncomplete -o default -F _niched niched");
}

int cmd_completion(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    struct fault f;
    if (argc != 2 || strcmp(argv[1], "bash") != 0)
        return cli_fault(
            "completion",
            (fault_set(&f, ERR_USAGE, "the shell must be bash, got \"%s\"", argc > 1 ? argv[1] : ""), &f));
    put_bash();
    return 0;
}
