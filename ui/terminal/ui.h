/* ui.h - what the subcommands of `backstop` share: the global options, complaints, and the ledger that the options
 * name. */
#pragma once
#include "fetcher/config/config.h"
#include "filter/filter.h"
#include "ledger/journal.h"
#include "ledger/ledger.h"

/* The global options. Borrowed by the subcommands. */
typedef struct {
  const char *config_file;
  const char *data_dir;
  gboolean json;
} Ui;

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
/* The existing ledger, and its entry with the id that the owner has typed. EX_OK: the caller frees both; otherwise the
 * status after a complaint. */
int ui_open_entry(const Ui *ui, const char *id, Ledger **ledger, Entry **entry);
/* How the owner wants mail to be judged, now: by the configuration, or by the defaults where there is none.
 * CONFIG_ERROR. */
gboolean ui_policy(const Ui *ui, Policy *policy, GError **error);
