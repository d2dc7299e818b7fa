/* command.h - what the subcommands of `backstop` are, and what they share. */
#pragma once
#include "fetcher/config/config.h"
#include "ledger/ledger.h"

/* The global options. Borrowed by the subcommands. */
typedef struct {
  const char *config_file;
  const char *data_dir;
  gboolean json;
} Ui;

/* A row in the table of subcommands. */
typedef struct {
  const char *name;
  const char *arguments;                           /* "ID...", for the usage line */
  const char *summary;                             /* one line */
  const char *description;                         /* below the summary in --help; NULL */
  const GOptionEntry *options;                     /* NULL-terminated, or NULL */
  const GOptionEntry *also;                        /* more of them, shared with other subcommands; NULL */
  int minimum, maximum;                            /* how many arguments; maximum -1: any number */
  int (*run)(const Ui *ui, int argc, char **argv); /* argv: the arguments alone; returns the exit status */
} Command;

extern const Command cmd_once, cmd_status, cmd_list, cmd_show, cmd_explain, cmd_restore, cmd_delete, cmd_allow,
    cmd_deny, cmd_undo, cmd_check, cmd_record, cmd_sweep, cmd_password;

/* Prints "backstop: MESSAGE" to standard error, made harmless. */
void ui_complain(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* Prints the error and frees it; returns its exit status (exit.h). */
int ui_fail(GError *error);
/* The higher of two exit statuses: 0 is the best. */
int ui_worse(int a, int b);
/* Complains and returns EX_USAGE. */
int ui_usage(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* Opens the existing ledger. LEDGER_ERROR_MISSING: there is none; the message says how to begin. */
Ledger *ui_ledger(const Ui *ui, GError **error);
/* The same; if there is no ledger, an empty one in memory, and *empty is TRUE. */
Ledger *ui_ledger_or_empty(const Ui *ui, gboolean *empty, GError **error);
/* Is there such an account in the ledger? EX_OK, or the status after a complaint. */
int ui_check_account(Ledger *ledger, const char *name);
/* An id as `list` shows it; FALSE for anything but a positive number. */
gboolean ui_parse_id(const char *text, gint64 *id);
