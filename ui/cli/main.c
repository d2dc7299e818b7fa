/* main.c - the command line: global options and the table of subcommands
 * Owns:     main() and the help text.
 * Must not: know what a subcommand does.
 * Fails:    by exit status (fetcher/common/exit.h), with one line on standard error.
 * Tests:    tests/ui/cli/test_main.py */
#include "filter/filter.h"
#include "ui/cli/command.h"
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const Command *const commands[] = {
  &cmd_once, &cmd_status, &cmd_list,  &cmd_show,   &cmd_explain, &cmd_restore,  &cmd_delete, &cmd_allow,
  &cmd_deny, &cmd_undo,   &cmd_check, &cmd_record, &cmd_sweep,   &cmd_password, &cmd_backup,
};

static char *config_file, *data_dir;
static gboolean json, version, help;

static const GOptionEntry global_options[] = {
  { "config", 0, 0, G_OPTION_ARG_FILENAME, &config_file, "The configuration (default ~/.config/backstop/config)",
    "FILE" },
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &data_dir, "The folder of the ledger (default ~/.local/share/backstop)",
    "DIR" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON, one object per line", NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
  G_OPTION_ENTRY_NULL,
};
/* --help before the subcommand lists all subcommands. */
static const GOptionEntry help_option[] = {
  { "help", 'h', 0, G_OPTION_ARG_NONE, &help, NULL, NULL },
  G_OPTION_ENTRY_NULL,
};

static void overview(FILE *out)
{
  fputs("Usage: backstop [--config FILE] [--data DIR] COMMAND [OPTION...] [ARGUMENT...]\n\n"
        "Finds bounces that answer mail you never sent, and keeps them out of your inbox.\n\nCommands:\n",
        out);
  for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
    fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
  fputs("\nOptions, before or after the command:\n", out);
  for (const GOptionEntry *option = global_options; option->long_name != NULL; option++) {
    g_autofree char *usage =
        g_strdup_printf("--%s %s", option->long_name, option->arg_description != NULL ? option->arg_description : "");
    fprintf(out, "  %-14s %s\n", usage, option->description);
  }
  fputs("\nbackstop COMMAND --help tells more about one of them; so does backstop(1).\n", out);
}

static const Command *find(const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
    if (strcmp(commands[i]->name, name) == 0) return commands[i];
  return NULL;
}

/* Reads options up to the first other word, which is the subcommand. */
static gboolean parse_global(int *argc, char ***argv, GError **error)
{
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_option_context_set_strict_posix(context, TRUE);
  g_option_context_set_help_enabled(context, FALSE);
  g_option_context_add_main_entries(context, global_options, NULL);
  g_option_context_add_main_entries(context, help_option, NULL);
  return g_option_context_parse(context, argc, argv, error);
}

static gboolean parse_command(const Command *command, int *argc, char ***argv, GError **error)
{
  g_autoptr(GOptionContext) context = g_option_context_new(command->arguments);
  g_option_context_set_summary(context, command->summary);
  g_option_context_set_description(context, command->description);
  if (command->options != NULL) g_option_context_add_main_entries(context, command->options, NULL);
  if (command->also != NULL) g_option_context_add_main_entries(context, command->also, NULL);
  g_option_context_add_main_entries(context, global_options, NULL);
  return g_option_context_parse(context, argc, argv, error);
}

static int run(const Command *command, int argc, char **argv)
{
  if (argc > 0 && strcmp(argv[0], "--") == 0) argc--, argv++;
  if (argc < command->minimum) return ui_usage("%s needs %s", command->name, command->arguments);
  if (command->maximum >= 0 && argc > command->maximum) return ui_usage("\"%s\" is too much", argv[command->maximum]);
  g_autofree char *default_config = config_default_file(), *default_data = config_default_data();
  const Ui ui = {
    .config_file = config_file != NULL ? config_file : default_config,
    .data_dir = data_dir != NULL ? data_dir : default_data,
    .json = json,
  };
  filter_init();
  return command->run(&ui, argc, argv);
}

/* Checks that all output was written: on a full disk the command has failed. */
static int finish(int status)
{
  if (fflush(stdout) == 0 && !ferror(stdout)) return status;
  ui_complain("standard output cannot be written: %s", g_strerror(errno));
  return status != EX_OK ? status : EX_IOERR;
}

int main(int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  setlocale(LC_CTYPE, "");
  g_set_prgname("backstop");
  if (!parse_global(&argc, &argv, &error)) return ui_usage("%s", error->message);
  if (version)
    printf("backstop %s\n", PACKAGE_VERSION);
  else if (help)
    overview(stdout);
  if (version || help) return finish(EX_OK);
  if (argc < 2) {
    overview(stderr);
    return EX_USAGE;
  }
  const Command *command = find(argv[1]);
  if (command == NULL) return ui_usage("there is no command \"%s\"", argv[1]);
  g_autofree char *name = g_strdup_printf("backstop %s", command->name);
  g_set_prgname(name);
  argc--, argv++;
  if (!parse_command(command, &argc, &argv, &error)) return ui_usage("%s", error->message);
  if (version) {
    printf("backstop %s\n", PACKAGE_VERSION);
    return finish(EX_OK);
  }
  return finish(run(command, argc - 1, argv + 1));
}
