/* The read commands: the twin of every operation that reads, by the same route, parameters and handler. The
 * first words are the values in the route's path or of its main parameter, --name VALUE is the parameter of
 * that name. */
#include "cmd_read.h"
#include "ask.h"

#include "api/api.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "http/offline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A command; of its routes the one is asked that has as many values in its path as there are words. */
static const struct read_command {
    const char *name;
    const char *operations[2]; /* names of routes */
    const char *main;          /* the parameter that words are; NULL: words are values in the path */
    const char *example;
} read_commands[] = {
    {"match", {"match"}, "niche", "niched match 'vegan fitness' --country US --explain"},
    {"plan", {"plan"}, "niche", "niched plan vegan-fitness --budget 2000 --country US"},
    {"niches", {"niches"}, "q", "niched niches vega --limit 5"},
    {"niche", {"niche"}, NULL, "niched niche vegan-fitness"},
    {"creator", {"creator", "creator_by_name"}, NULL, "niched creator tiktok some.name"},
    {"standing",
     {"standing", "creator_standing"},
     NULL,
     "niched standing --niche fitness --platform tiktok --followers 9000 --engagement-rate 5pct"},
    {"similar", {"similar"}, NULL, "niched similar 76"},
    {"overlap", {"overlap"}, "creators", "niched overlap 64 66 67"},
    {"suggestions", {"account_suggestions"}, NULL, "niched suggestions 76"},
    {"history", {"creator_history"}, NULL, "niched history 76 --niche vegan-fitness"},
    {"model", {"model"}, NULL, "niched model"},
};

static const struct read_command *command_of(const char *name) {
    for (size_t i = 0; i < COUNT_OF(read_commands); i++)
        if (strcmp(read_commands[i].name, name) == 0)
            return &read_commands[i];
    abort(); /* main names commands of this table only */
}

static const struct route *route_of(const char *operation) {
    for (size_t i = 0; operation && i < api_route_count; i++)
        if (strcmp(api_routes[i].name, operation) == 0)
            return &api_routes[i];
    return NULL;
}

size_t read_params(const char *command, struct param ret_params[PARAM_MAX]) {
    for (size_t i = 0; i < COUNT_OF(read_commands); i++)
        if (strcmp(read_commands[i].name, command) == 0)
            return route_params(route_of(read_commands[i].operations[0]), ret_params);
    return 0;
}

static size_t braces(const struct route *r) {
    size_t n = 0;
    for (const char *c = r->path; *c; c++)
        n += *c == '{';
    return n;
}

/* What the command line said. */
struct read_args {
    const struct read_command *command;
    struct offline_ask ask;
    const char *words[REQUEST_ARGS];
    size_t n_words;
    const char *format; /* NULL: by what standard output is */
    const char *url;    /* of a running niched; NULL: as the settings say */
};

/* The parameter of an option's name, dashes as underscores; a beginning that only one parameter has will do.
 * Another one is left for the route to refuse. */
static const char *param_name(const struct route *r, const char *option, size_t len, struct arena *a) {
    char *name = arena_strndup(a, option, len);
    const char *found = NULL;
    struct param params[PARAM_MAX];
    size_t n = route_params(r, params), count = 0;
    for (char *c = name; *c; c++)
        *c = (char)(*c == '-' ? '_' : *c);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(params[i].name, name) == 0)
            return name;
        if (strncmp(params[i].name, name, len) == 0) {
            found = params[i].name;
            count++;
        }
    }
    return count == 1 ? found : name;
}

static enum err add_arg(struct read_args *args, const char *name, const char *value, struct fault *f) {
    if (args->ask.n_args == REQUEST_ARGS)
        return fault_set(f, ERR_USAGE, "takes at most %d arguments", REQUEST_ARGS);
    args->ask.args[args->ask.n_args++] = (struct param_arg){name, strlen(name), value, strlen(value)};
    return ERR_OK;
}

/* --name VALUE, --name=VALUE, or --name alone for "true". Returns how many words were used. */
static enum err take_option(struct read_args *args, char **argv, struct arena *a, struct fault *f,
                            int *ret_used) {
    const char *option = argv[0] + 2;
    size_t len = strcspn(option, "=");
    bool alone = !option[len] && (!argv[1] || strncmp(argv[1], "--", 2) == 0);
    const char *value = option[len] ? option + len + 1 : alone ? "true" : argv[1];
    *ret_used = option[len] || alone ? 1 : 2;
    if (len == 6 && strncmp(option, "format", len) == 0) {
        args->format = value;
        return ERR_OK;
    }
    if (len == 3 && strncmp(option, "url", len) == 0) {
        args->url = value;
        return ERR_OK;
    }
    return add_arg(args, param_name(route_of(args->command->operations[0]), option, len, a), value, f);
}

/* Words are values in the path, or of the main parameter. */
static enum err place_words(struct read_args *args, struct fault *f) {
    const struct read_command *c = args->command;
    const struct route *r = route_of(c->operations[0]);
    for (size_t i = 0; i < COUNT_OF(c->operations) && !c->main; i++)
        if (c->operations[i] && braces(route_of(c->operations[i])) == args->n_words)
            r = route_of(c->operations[i]);
    args->ask.route = r;
    if (!c->main && braces(r) != args->n_words)
        return fault_set(f, ERR_USAGE, "does not take %zu words; see niched %s --help", args->n_words,
                         c->name);
    enum err e = ERR_OK;
    for (size_t i = 0; i < args->n_words && !e; i++) {
        if (c->main)
            e = add_arg(args, c->main, args->words[i], f);
        else
            args->ask.segments[i] = args->words[i];
    }
    return e;
}

/* csv and ndjson are the route's, where it has them. */
static enum err check_format(struct read_args *args, struct fault *f) {
    struct param params[PARAM_MAX];
    size_t n = route_params(args->ask.route, params);
    bool rows = false;
    for (size_t i = 0; i < n; i++)
        rows |= strcmp(params[i].name, "format") == 0;
    if (!args->format || strcmp(args->format, "json") == 0 || strcmp(args->format, "table") == 0)
        return ERR_OK;
    if (rows && (strcmp(args->format, "csv") == 0 || strcmp(args->format, "ndjson") == 0))
        return add_arg(args, "format", args->format, f);
    return fault_set(f, ERR_USAGE, "--format must be json%s or table, got \"%s\"",
                     rows ? ", csv, ndjson" : "", args->format);
}

static enum err parse(int argc, char **argv, struct arena *a, struct fault *f, struct read_args *args) {
    args->command = command_of(argv[0]);
    enum err e = ERR_OK;
    for (int i = 1, used = 1; i < argc && !e; i += used) {
        used = 1;
        if (strncmp(argv[i], "--", 2) == 0)
            e = take_option(args, argv + i, a, f, &used);
        else if (args->n_words == REQUEST_ARGS)
            e = fault_set(f, ERR_USAGE, "takes at most %d words", REQUEST_ARGS);
        else
            args->words[args->n_words++] = argv[i];
    }
    if (!e)
        e = place_words(args, f);
    return e ? e : check_format(args, f);
}

static void print_words(const struct read_command *c, const struct route *r) {
    printf("niched %s", c->name);
    if (c->main)
        printf(" %s...", c->main);
    for (const char *open = strchr(r->path, '{'); open; open = strchr(open + 1, '{'))
        printf(" %.*s", (int)strcspn(open + 1, "}"), open + 1);
    printf(" [--PARAMETER VALUE ...]\n");
}

static void print_param(const struct param *p) {
    fputs("  --", stdout);
    for (const char *c = p->name; *c; c++)
        putchar(*c == '_' ? '-' : *c);
    for (size_t n = strlen(p->name); n < 20; n++)
        putchar(' ');
    printf(" %s", p->help);
    if (p->choices && p->type == PARAM_CHOICE)
        printf(": %s", p->choices);
    if (p->fallback)
        printf(" (%s)", p->fallback);
    putchar('\n');
}

static void print_help(const struct read_command *c) {
    const struct route *first = route_of(c->operations[0]);
    fputs("usage: ", stdout);
    print_words(c, first);
    if (c->operations[1]) {
        fputs("       ", stdout);
        print_words(c, route_of(c->operations[1]));
    }
    printf("\nWhat %s %s answers, from the database itself or from a running niched: a table on a terminal, "
           "else JSON.\n\n",
           first->method, first->path);
    struct param params[PARAM_MAX];
    size_t n = route_params(first, params);
    bool rows = false;
    for (size_t i = 0; i < n; i++) {
        bool is_format = strcmp(params[i].name, "format") == 0;
        rows |= is_format;
        if (!is_format)
            print_param(&params[i]);
    }
    printf("  --format               json%s or table\n  --url                  a running niched to ask "
           "instead of the "
           "database (NICHED_URL)\n\n  %s\n",
           rows ? ", csv, ndjson" : "", c->example);
}

/* Answers here, by the handler itself. */
static enum err answer_here(const struct settings *s, const struct read_args *args, struct arena *a,
                            struct fault *f, struct offline_answer *ret) {
    struct snapshot *snapshot = NULL;
    struct pipe *pipe = NULL;
    struct api_shared shared = {.settings = s};
    enum err e = crypto_secrets_load(s->secret_file, true, f, &shared.secrets);
    if (!e)
        e = snapshot_load(s, f, &snapshot);
    struct pipe_config config = {.conninfo = s->database_url,
                                 .app = "niched",
                                 .statement_timeout_ms = s->statement_timeout_ms,
                                 .max_waiting = (size_t)s->max_waiting};
    if (!e)
        e = pipe_new(&config, f, &pipe);
    if (e) {
        snapshot_give(snapshot);
        return e;
    }
    struct api *api = api_loop_open(&shared, pipe);
    api->snapshot = snapshot;
    struct offline_ask ask = args->ask;
    ask.caller = api_operator;
    e = offline_run(s, api, pipe, &ask, a, f, ret);
    pipe_free(pipe);
    api_loop_close(api);
    return e;
}

static enum err answer(const struct read_args *args, struct arena *a, struct fault *f,
                       struct offline_answer *ret) {
    struct settings settings;
    enum err e = settings_read(f, &settings);
    if (e)
        return e;
    const char *url = args->url ? args->url : settings.url;
    return args->url || *url ? ask_there(url, settings.key, &args->ask, a, f, ret)
                             : answer_here(&settings, args, a, f, ret);
}

/* Whether standard output shows bold letters: a terminal, where nobody said otherwise (no-color.org). */
static bool has_colour(void) {
    const char *never = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(never && *never) && term && *term && strcmp(term, "dumb") != 0;
}

/* Columns of the terminal; 0: there is none. */
static size_t terminal_width(void) {
    struct winsize size = {0};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static enum err show(const struct read_args *args, const struct offline_answer *said, struct arena *a,
                     struct fault *f) {
    const char *operation = args->ask.route->name;
    bool table = args->format ? strcmp(args->format, "table") == 0 : isatty(STDOUT_FILENO);
    CLEANUP(buf_free) struct buf out = {0};
    struct read_look look = {terminal_width(), has_colour()};
    enum err e = ERR_OK;
    if (table && read_table_known(operation))
        e = read_table_print(operation, said->body.data, said->body.len, &look, a, f, &out);
    const struct buf *shown = out.len ? &out : &said->body;
    if (e || !shown->len)
        return e;
    fwrite(shown->data, 1, shown->len, stdout);
    if (shown->data[shown->len - 1] != '\n')
        putchar('\n');
    return ERR_OK;
}

int cmd_read(int argc, char **argv) {
    CLEANUP(arena_free_at) struct arena *a = arena_new(65536);
    struct read_args args = {0};
    struct offline_answer said = {0};
    struct fault f = {0};
    if (!a)
        return cli_fault(argv[0], (fault_set(&f, ERR_NO_MEMORY, "out of memory"), &f));
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(command_of(argv[0]));
            return 0;
        }
    enum err e = parse(argc, argv, a, &f, &args);
    if (!e)
        e = answer(&args, a, &f, &said);
    if (!e)
        e = show(&args, &said, a, &f);
    buf_free(&said.body);
    return e ? cli_fault(argv[0], &f) : 0;
}
