/* cmd_sweep.c - `backstop sweep`: judge again what lies in the folders, or tell what that would move
 * Owns:     its requests, their end, and what is printed about them.
 * Must not: speak to a server or judge mail.
 * Fails:    by exit.h; what was done stays done.
 * Tests:    tests/ui/cli/test_cmd_sweep.py, tests/e2e/test_sweep.py */
#include "filter/normalise.h"
#include "ledger/account.h"
#include "ui/cli/command.h"
#include "ui/cli/passing.h"
#include "ui/terminal/entry_words.h"
#include "ui/terminal/print.h"
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static gboolean dry_run;
static char **folders;

static const GOptionEntry options[] = {
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "Judge and list, but move nothing", NULL },
  { "folder", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &folders, "This folder instead of the watched ones; may be repeated",
    "FOLDER" },
  G_OPTION_ENTRY_NULL,
};

typedef struct {
  const Ui *ui;
  const Config *config;
  Ledger *ledger;
  const char *account; /* NULL: all */
  char *folders;       /* as the ledger keeps them in a request; NULL: the watched folders */
  GArray *wishes;      /* gint64 */
  GPtrArray *before;   /* Account*, as they were before */
  guint signals[2];    /* sources */
  gboolean interrupted;
} Sweep;

static void sweep_clear(Sweep *sweep)
{
  for (guint i = 0; i < G_N_ELEMENTS(sweep->signals); i++)
    if (sweep->signals[i] != 0) g_source_remove(sweep->signals[i]);
  g_clear_pointer(&sweep->wishes, g_array_unref);
  g_clear_pointer(&sweep->before, g_ptr_array_unref);
  g_clear_pointer(&sweep->ledger, ledger_close);
  g_clear_pointer(&sweep->folders, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sweep, sweep_clear)

/* The first signal ends the sweep in good order. A second one ends only this program: the daemon does the rest. */
static gboolean interrupt(gpointer data)
{
  Sweep *sweep = data;
  sweep->interrupted = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS(sweep->signals); i++) g_source_remove(sweep->signals[i]);
  memset(sweep->signals, 0, sizeof sweep->signals);
  return G_SOURCE_REMOVE;
}

static gboolean is_folder_name(const char *name)
{
  if (*name == '\0' || !g_utf8_validate(name, -1, NULL)) return FALSE;
  for (; *name != '\0'; name = g_utf8_next_char(name))
    if (g_unichar_iscntrl(g_utf8_get_char(name))) return FALSE;
  return TRUE;
}

/* Joins the named folders, each once. *joined NULL: none was named. FALSE: one of them is not a name. */
static gboolean join_folders(char **joined)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (char **name = folders; name != NULL && *name != NULL; name++) {
    if (!is_folder_name(*name)) return FALSE;
    if (!g_ptr_array_find_with_equal_func(names, *name, g_str_equal, NULL)) g_ptr_array_add(names, *name);
  }
  guint n = names->len;
  g_ptr_array_add(names, NULL);
  *joined = n > 0 ? g_strjoinv("\n", (char **)names->pdata) : NULL;
  return TRUE;
}

/* Adds a request for every account that accepts it. */
static int make_wishes(Sweep *sweep)
{
  int status = EX_OK;
  for (guint i = 0; i < sweep->config->accounts->len; i++) {
    GError *error = NULL;
    const char *name = ((const AccountConfig *)sweep->config->accounts->pdata[i])->name;
    if (sweep->account != NULL && strcmp(sweep->account, name) != 0) continue;
    gint64 wish = wish_add_sweep(sweep->ledger, dry_run ? WISH_REHEARSE : WISH_SWEEP, name, sweep->folders, &error);
    if (wish >= 0) {
      g_array_append_val(sweep->wishes, wish);
    } else if (g_error_matches(error, LEDGER_ERROR, LEDGER_ERROR_MISSING)) {
      g_error_free(error);
      ui_complain("account %s: it was never looked at; begin with: backstop once %s", name, name);
      status = ui_worse(status, EX_NOINPUT);
    } else {
      g_prefix_error(&error, "account %s: ", name);
      status = ui_worse(status, ui_fail(error));
    }
  }
  return status;
}

static int carry_out(Sweep *sweep)
{
  g_autoptr(Progress) progress = progress_new(sweep->ui, sweep->config, sweep->account);
  const Passing passing = {
    .ui = sweep->ui, .config = sweep->config, .progress = progress, .before = sweep->before, .stop = &sweep->interrupted
  };
  gboolean ours = !ledger_daemon_runs(sweep->ui->data_dir);
  int status = EX_OK;
  sweep->signals[0] = g_unix_signal_add(SIGINT, interrupt, sweep);
  sweep->signals[1] = g_unix_signal_add(SIGTERM, interrupt, sweep);
  if (!ours) status = passing_by_daemon(&passing, sweep->ledger, sweep->wishes, &ours);
  if (ours && !sweep->interrupted) status = ui_worse(status, passing_by_child(&passing, dry_run, sweep->account));
  progress_hide(progress);
  return status;
}

static void tell(const Sweep *sweep, const Wish *wish, const char *state, const char *text)
{
  if (sweep->ui->json) {
    JsonBuilder *line = jsonl_begin();
    jsonl_text(line, "type", "sweep");
    jsonl_text(line, "account", wish->account);
    jsonl_boolean(line, "dry_run", dry_run);
    jsonl_text(line, "state", state);
    jsonl_text(line, "text", text);
    jsonl_end(line);
  } else if (strcmp(state, "done") == 0) {
    g_autofree char *first = g_strdup_printf("%s: ", wish->account);
    print_wrapped(first, text);
  } else {
    ui_complain("account %s: %s", wish->account, text);
  }
}

/* Takes back a dry run that is not finished: nobody waits for its result any more. A sweep that could not be done stays
 * for the next pass, unless the owner ended it. */
static gboolean take_back(const Sweep *sweep, gint64 id, GError **error)
{
  return (!dry_run && !sweep->interrupted) || wish_cancel(sweep->ledger, id, error);
}

static int tell_wish(const Sweep *sweep, const Wish *wish)
{
  if (wish->state == WISH_DONE) {
    tell(sweep, wish, "done", wish->result != NULL ? wish->result : "done");
    return EX_OK;
  }
  if (wish->state == WISH_OPEN) {
    tell(sweep, wish, "queued", "the sweep is not finished; the next pass goes on with it");
    return EX_TEMPFAIL;
  }
  if (g_strcmp0(wish->result, "cancelled") != 0) {
    tell(sweep, wish, "failed", wish->result != NULL ? wish->result : "failed");
    return EX_DATAERR;
  }
  tell(sweep, wish, "cancelled",
       dry_run ? "the dry run was stopped before its end; nothing was moved"
               : "the sweep was stopped before its end; what was done stays done, and a new sweep goes on from "
                 "there");
  return EX_TEMPFAIL;
}

/* Tells how each request ended. done: the requests (Wish*) of a dry run whose result can be listed. */
static int tell_results(const Sweep *sweep, GPtrArray *done)
{
  int status = EX_OK;
  for (guint i = 0; i < sweep->wishes->len; i++) {
    GError *error = NULL;
    gint64 id = g_array_index(sweep->wishes, gint64, i);
    Wish *wish = take_back(sweep, id, &error) ? wish_get(sweep->ledger, id, &error) : NULL;
    if (wish == NULL) return ui_worse(status, ui_fail(error));
    status = ui_worse(status, tell_wish(sweep, wish));
    if (!wish_tell(sweep->ledger, &id, 1, &error)) status = ui_worse(status, ui_fail(error));
    if (wish->state == WISH_DONE)
      g_ptr_array_add(done, wish);
    else
      wish_free(wish);
  }
  return status;
}

static gboolean list_entry(const Entry *entry, gpointer data)
{
  Table *table = data; /* NULL: as JSON */
  if (entry->state != MOVE_KEPT && entry->state != MOVE_WAITING) return TRUE;
  if (table != NULL) {
    words_table_add(table, entry);
    return TRUE;
  }
  JsonBuilder *line = jsonl_begin();
  jsonl_text(line, "type", "entry");
  words_entry_members(line, entry);
  jsonl_end(line);
  return TRUE;
}

/* Prints the command that moves what the dry run only listed. */
static void print_hint(const Sweep *sweep)
{
  g_autoptr(GString) line = g_string_new("Nothing was moved. To move them: backstop sweep");
  g_auto(GStrv) names = sweep->folders != NULL ? g_strsplit(sweep->folders, "\n", -1) : NULL;
  if (sweep->config->observe) {
    print_wrapped("", "Nothing was moved, and nothing will be while the configuration says mode = observe.");
    return;
  }
  for (char **name = names; name != NULL && *name != NULL; name++) {
    g_autofree char *quoted = g_shell_quote(*name);
    g_string_append_printf(line, " --folder %s", quoted);
  }
  if (sweep->account != NULL) g_string_append_printf(line, " %s", sweep->account);
  g_autofree char *safe = text_one_line(line->str, 2000);
  puts(safe); /* on one line, so that the owner can copy it */
}

static int list_moves(const Sweep *sweep, const GPtrArray *done)
{
  GError *error = NULL;
  g_autoptr(Table) table = sweep->ui->json ? NULL : words_table_new(sweep->config->accounts->len > 1);
  for (guint i = 0; i < done->len; i++) {
    const Wish *wish = done->pdata[i];
    const JournalQuery query = { .account = wish->account, .verdict = VERDICT_BACKSCATTER + 1, .since = wish->made };
    if (!journal_list(sweep->ledger, &query, list_entry, table, &error)) return ui_fail(error);
  }
  if (table == NULL || done->len == 0) return EX_OK;
  if (table_rows(table) == 0) {
    puts("Nothing would be moved.");
    return EX_OK;
  }
  table_print(table, print_width());
  print_hint(sweep);
  return EX_OK;
}

static int run(const Ui *ui, int argc, char **argv)
{
  GError *error = NULL;
  int status = EX_OK;
  g_auto(Sweep) sweep = { .ui = ui, .account = argc > 0 ? argv[0] : NULL };
  if (!join_folders(&sweep.folders)) return ui_usage("--folder wants the name of a folder");
  g_autoptr(Config) config = passing_config(ui, sweep.account, &status);
  if (config == NULL) return status;
  sweep.config = config;
  sweep.ledger = ui_ledger(ui, &error);
  if (sweep.ledger == NULL) return ui_fail(error);
  sweep.before = account_list(sweep.ledger, &error);
  if (sweep.before == NULL) return ui_fail(error);
  sweep.wishes = g_array_new(FALSE, FALSE, sizeof(gint64));
  status = make_wishes(&sweep);
  if (sweep.wishes->len == 0) return status;
  status = ui_worse(status, carry_out(&sweep));
  g_autoptr(GPtrArray) done = g_ptr_array_new_with_free_func((GDestroyNotify)wish_free);
  int told = tell_results(&sweep, done);
  if (told != EX_TEMPFAIL || status == EX_OK)
    status = ui_worse(status, told); /* the reason why a request failed tells more */
  return dry_run ? ui_worse(status, list_moves(&sweep, done)) : status;
}

const Command cmd_sweep = {
  .name = "sweep",
  .arguments = "[ACCOUNT]",
  .summary = "Judge all messages in the folders again, from the first on",
  .description =
      "Also what was unsure, kept or failed earlier. Ctrl-C ends it; what was done stays done, and a new sweep goes on "
      "from there.",
  .options = options,
  .maximum = 1,
  .run = run,
};
