/* window_says.c - what the window and the icon show of a ledger, as text: one "name: value" a line
 * Owns:     nothing; argv[1] is the data folder.
 * Must not: need a display.
 * Fails:    1, with a sentence on standard error.
 * Tests:    tests/ui/model/test_same_everywhere.py */
#include "ui/model/account_text.h"
#include "ui/model/overview.h"
#include "ui/model/pages.h"
#include <stdio.h>

static const char *const views[BROWSE_VIEWS] = {
  "waiting", "unsure", "trouble", "restored", "deleted", "genuine", "all"
};

/* The ids of the list that this view shows. */
static gboolean print_view(Ledger *ledger, BrowseView view, GError **error)
{
  const BrowseQuery query = { .view = view };
  g_autoptr(Pages) pages = pages_new(ledger);
  if (!pages_ask(pages, &query, error)) return FALSE;
  printf("list %s:", views[view]);
  for (guint i = 0; i < pages_count(pages); i++) printf(" %" G_GINT64_FORMAT, pages_id(pages, i));
  putchar('\n');
  return TRUE;
}

/* What the page of accounts says. */
static void print_account(Ledger *ledger, const Account *account)
{
  g_autoptr(GPtrArray) lines = account_text_lines(ledger, account, FALSE, g_get_real_time() / G_USEC_PER_SEC);
  for (guint i = 0; i < lines->len; i++) {
    const TextLine *line = lines->pdata[i];
    printf("account %s, %s: %s\n", account->name, line->name, line->text);
  }
}

int main(int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  g_auto(Overview) overview = { 0 };
  g_autoptr(Ledger) ledger = argc == 2 ? ledger_open(argv[1], LEDGER_EXISTING, &error) : NULL;
  for (int view = 0; ledger != NULL && error == NULL && view < BROWSE_VIEWS; view++)
    print_view(ledger, (BrowseView)view, &error);
  if (ledger == NULL || error != NULL) {
    fprintf(stderr, "window_says: %s\n", error != NULL ? error->message : "which data folder?");
    return 1;
  }
  overview_read(&overview, ledger, NULL, argv[1], NULL, g_get_real_time() / G_USEC_PER_SEC);
  g_autofree char *words = overview_waiting(&overview), *fresh = overview_fresh(&overview);
  for (int view = 0; view < BROWSE_VIEWS; view++) printf("count %s: %u\n", views[view], overview.counts.view[view]);
  for (guint i = 0; overview.there && i < overview.accounts->len; i++)
    print_account(ledger, overview.accounts->pdata[i]);
  printf("icon: %s\nnew: %s\n", words, fresh != NULL ? fresh : "");
  return 0;
}
