/* wish_and_wait.c - what `restore` and `delete` share: a request for each id, and the wait for the result
 * Owns:     the wait.
 * Must not: touch a message; the worker does what is asked for.
 * Fails:    by exit.h; of several ids each is tried.
 * Tests:    tests/ui/cli/test_cli.py */
#include "ui/cli/wish_and_wait.h"
#include "fetcher/common/exit.h"
#include "ui/terminal/jsonl.h"
#include "ui/terminal/print.h"
#include <stdio.h>
#include <sysexits.h>

#define WAIT_USEC (10 * G_USEC_PER_SEC)
#define LOOK_USEC (G_USEC_PER_SEC / 10)

typedef struct {
  gint64 id; /* of the entry */
  gint64 wish;
} Wished;

static void tell(const Ui *ui, gint64 id, const char *state, const char *text)
{
  if (ui->json) {
    JsonBuilder *line = jsonl_begin();
    jsonl_number(line, "id", id);
    jsonl_text(line, "state", state);
    jsonl_text(line, "text", text);
    jsonl_end(line);
  } else {
    g_autofree char *first = g_strdup_printf("%" G_GINT64_FORMAT ": ", id);
    print_wrapped(first, text);
  }
  fflush(stdout);
}

/* Prints the result of each finished request and removes it from the list. */
static int take_finished(const Ui *ui, Ledger *ledger, GArray *wished)
{
  int status = EX_OK;
  for (guint i = 0; i < wished->len;) {
    const Wished *row = &g_array_index(wished, Wished, i);
    GError *error = NULL;
    g_autoptr(Wish) wish = wish_get(ledger, row->wish, &error);
    if (wish == NULL) {
      status = ui_worse(status, ui_fail(error));
    } else if (wish->state == WISH_OPEN) {
      i++;
      continue;
    } else {
      gboolean done = wish->state == WISH_DONE;
      tell(ui, row->id, done ? "done" : "failed", wish->result != NULL ? wish->result : done ? "done" : "failed");
      if (!done) status = ui_worse(status, EX_DATAERR);
    }
    g_array_remove_index(wished, i);
  }
  return status;
}

static int wait_for(const Ui *ui, Ledger *ledger, GArray *wished)
{
  int status = EX_OK;
  gint64 deadline = g_get_monotonic_time() + WAIT_USEC, version = -1;
  while (wished->len > 0 && g_get_monotonic_time() < deadline && ledger_daemon_runs(ui->data_dir)) {
    GError *error = NULL;
    gint64 now = ledger_data_version(ledger, &error);
    if (now < 0) return ui_fail(error);
    if (now != version) status = ui_worse(status, take_finished(ui, ledger, wished));
    version = now;
    if (wished->len > 0) g_usleep(LOOK_USEC);
  }
  return ui_worse(status, take_finished(ui, ledger, wished));
}

/* Adds a request for every id that allows it. */
static int make_wishes(Ledger *ledger, WishVerb verb, int argc, char **argv, GArray *wished)
{
  int status = EX_OK;
  for (int i = 0; i < argc; i++) {
    GError *error = NULL;
    Wished row = { 0 };
    if (!ui_parse_id(argv[i], &row.id)) {
      status = ui_worse(status, ui_usage("\"%s\" is no ID: they are the numbers of backstop list", argv[i]));
      continue;
    }
    row.wish = wish_add(ledger, verb, row.id, NULL, &error);
    if (row.wish < 0) {
      g_prefix_error(&error, "%" G_GINT64_FORMAT ": ", row.id);
      status = ui_worse(status, ui_fail(error));
    } else {
      g_array_append_val(wished, row);
    }
  }
  return status;
}

int wish_and_wait(const Ui *ui, WishVerb verb, int argc, char **argv)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = ui_ledger(ui, &error);
  if (ledger == NULL) return ui_fail(error);
  g_autoptr(GArray) wished = g_array_new(FALSE, FALSE, sizeof(Wished));
  int status = make_wishes(ledger, verb, argc, argv, wished);
  gboolean runs = ledger_daemon_runs(ui->data_dir);
  if (runs) status = ui_worse(status, wait_for(ui, ledger, wished));
  for (guint i = 0; i < wished->len; i++)
    tell(ui, g_array_index(wished, Wished, i).id, "queued",
         runs ? "queued: the daemon will do it soon"
              : "queued: it is done at the next pass (run backstop once, or start backstopd)");
  return status;
}
