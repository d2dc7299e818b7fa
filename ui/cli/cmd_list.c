/* cmd_list.c - `backstop list`: what was judged and moved
 * Owns:     its choice of entries and its table.
 * Must not: change the ledger.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_cmd_list.py */
#include "ledger/account.h"
#include "ui/cli/command.h"
#include "ui/terminal/entry_words.h"
#include "ui/terminal/print.h"
#include "ui/terminal/trust_lines.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define TERMINAL_LIMIT 50

static char *account, *verdict, *state;
static gboolean all;
static int limit = -1;

static const GOptionEntry options[] = {
  { "account", 0, 0, G_OPTION_ARG_FILENAME, &account, "Of this account only", "NAME" },
  { "verdict", 0, 0, G_OPTION_ARG_FILENAME, &verdict, "Of this verdict: genuine, backscatter, unsure", "VERDICT" },
  { "state", 0, 0, G_OPTION_ARG_FILENAME, &state,
    "In this state: kept, waiting, quarantined, restored, deleted, failed", "STATE" },
  { "all", 0, 0, G_OPTION_ARG_NONE, &all, "Everything that was judged, not only what waits for you", NULL },
  { "limit", 0, 0, G_OPTION_ARG_INT, &limit, "At most this many; 0: all (default 50 on a terminal, else all)", "N" },
  G_OPTION_ENTRY_NULL,
};

typedef struct {
  const Ui *ui;
  Table *table;
  gboolean for_owner; /* only what waits for the owner */
  guint count, limit;
  gboolean more;
} List;

static gboolean list_entry(const Entry *entry, gpointer data)
{
  List *list = data;
  if (list->limit > 0 && list->count == list->limit) {
    list->more = TRUE;
    return FALSE;
  }
  list->count++;
  if (list->ui->json) {
    JsonBuilder *line = jsonl_begin();
    words_entry_members(line, entry);
    jsonl_end(line);
  } else {
    words_table_add(list->table, entry);
  }
  return TRUE;
}

/* FALSE: the verdict or state is not known. */
static gboolean parse_options(JournalQuery *query)
{
  query->account = account;
  if (verdict != NULL) {
    VerdictCode code = verdict_parse(verdict);
    if (strcmp(verdict_name(code), verdict) != 0) return FALSE;
    query->verdict = (int)code + 1;
  }
  if (state == NULL) return TRUE;
  for (int code = 0; code < MOVE_N; code++)
    if (strcmp(move_state_name((MoveState)code), state) == 0) query->state = code + 1;
  return query->state != 0;
}

static void print(const List *list)
{
  if (list->ui->json) return;
  if (list->count > 0)
    table_print(list->table, print_width());
  else if (list->for_owner)
    puts("Nothing waits for you. backstop list --all shows all that was judged.");
  else
    puts("Nothing matches.");
  if (list->more) puts("There is more: backstop list --limit 0");
  if (list->count > 0 && list->for_owner)
    puts("backstop explain ID tells why; backstop restore ID puts a message back.");
}

static int run(const Ui *ui, int argc, char **argv)
{
  GError *error = NULL;
  JournalQuery query = { 0 };
  if (!parse_options(&query)) return ui_usage("no such verdict or state");
  if (limit < -1) return ui_usage("--limit wants a number from 0 on");
  g_autoptr(Ledger) ledger = ui_ledger(ui, &error);
  if (ledger == NULL) return ui_fail(error);
  int unknown = account != NULL ? ui_check_account(ledger, account) : EX_OK;
  if (unknown != EX_OK) return unknown;
  g_autoptr(GPtrArray) accounts = account_list(ledger, &error);
  if (accounts == NULL) return ui_fail(error);
  g_auto(TrustLines) trust = { .account = account, .accounts = accounts };
  if (!trust_lines_read(ledger, &trust, &error)) return ui_fail(error);
  g_autoptr(Table) table = words_table_new(accounts->len > 1);
  query.for_owner = !all && verdict == NULL && state == NULL;
  List list = { .ui = ui, .table = table, .for_owner = query.for_owner };
  list.limit = limit >= 0 ? (guint)limit : print_width() > 0 && !ui->json ? TERMINAL_LIMIT : 0;
  if (!journal_list(ledger, &query, list_entry, &list, &error)) return ui_fail(error);
  print(&list);
  if (!ui->json) trust_lines_print_healed(&trust);
  return EX_OK;
}

const Command cmd_list = {
  .name = "list",
  .arguments = "",
  .summary = "What waits for you: in quarantine, unsure, only observed or not moved",
  .options = options,
  .run = run,
};
