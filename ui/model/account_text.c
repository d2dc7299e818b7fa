/* account_text.c - an account in words, for the window
 * Owns:     the order of the lines, and their names.
 * Must not: know GTK; write.
 * Fails:    never: what cannot be read is left out.
 * Tests:    tests/ui/model/test_same_everywhere.py, tests/e2e/test_disk_heal.py */
#include "ui/model/account_text.h"
#include "ledger/browse.h"
#include "ui/common/hand_words.h"
#include "ui/model/overview.h"
#include "ui/model/shown.h"
#include <glib/gi18n.h>

#define TEXT_CHARACTERS 1000
#define GAP_DAYS 60 /* days for which a gap is shown, as in `backstop status` */

static void add(GPtrArray *lines, const char *name, const char *text)
{
  if (text == NULL || *text == '\0') return;
  TextLine *line = g_new0(TextLine, 1);
  *line = (TextLine){ LINE_FIELD, g_strdup(name), shown_line(text, TEXT_CHARACTERS) };
  g_ptr_array_add(lines, line);
}

static void add_coverage(GPtrArray *lines, Ledger *ledger, const Account *account)
{
  g_autoptr(GPtrArray) coverage = coverage_list(ledger, account->name, NULL);
  if (coverage == NULL) return;
  for (guint i = 0; i < coverage->len; i++) {
    g_autofree char *words = entry_text_coverage(coverage->pdata[i], account->addresses);
    add(lines, _("Sent mail"), words);
  }
  if (coverage->len == 0)
    add(lines, _("Sent mail"),
        _("No Sent folder is known: nothing is moved until one is. Name it as sent = in the configuration."));
}

static void add_gaps(GPtrArray *lines, Ledger *ledger, const Account *account, gint64 now)
{
  g_autoptr(GPtrArray) gaps = coverage_gaps(ledger, account->name, now - (gint64)GAP_DAYS * 86400, NULL);
  for (guint i = 0; gaps != NULL && i < gaps->len; i++) {
    const CoverageGap *gap = gaps->pdata[i];
    g_autofree char *from = shown_time(gap->since), *to = shown_time(gap->until);
    g_autofree char *text = g_strdup_printf(_("from %s to %s: %s"), from, to, gap->reason);
    add(lines, _("Gap"), text);
  }
}

static void add_tests(GPtrArray *lines, Ledger *ledger, const Account *account)
{
  g_autoptr(GPtrArray) tests = coverage_tests(ledger, account->name, NULL);
  for (guint i = 0; tests != NULL && i < tests->len; i++) {
    g_autofree char *words = trust_words_test(tests->pdata[i], account->trust_sent);
    add(lines, _("Answers to you"), words);
  }
}

static void add_healed(GPtrArray *lines, Ledger *ledger, const Account *account, gint64 now)
{
  g_auto(Healed) healed = { 0 };
  if (!healed_read(ledger, account->name, now, &healed, NULL)) return;
  g_autofree char *told = trust_words_told(&healed), *coming = trust_words_coming(&healed);
  g_autofree char *back = trust_words_back(&healed);
  g_autofree char *with = told != NULL ? g_strdup_printf(_("%s (“backstop restore --because judged-again --account %s” "
                                                           "brings all of it back.)"),
                                                         told, account->name)
                                       : NULL;
  add(lines, _("Judged again"), with);
  add(lines, _("Judged again"), coming);
  add(lines, _("Judged again"), back);
}

static void add_hand(GPtrArray *lines, Ledger *ledger, const Account *account, gint64 now)
{
  g_auto(OwnServer) server = { 0 };
  Insiders insiders = { 0 };
  if (!own_server_get(ledger, account->name, &server, NULL)
      || !insiders_count(ledger, account->name, now, &insiders, NULL))
    return;
  g_autofree char *brings = hand_words_server(&server), *left = hand_words_insiders(&insiders);
  add(lines, _("Mail server"), brings);
  add(lines, _("Not in Sent"), left);
}

static void add_numbers(GPtrArray *lines, Ledger *ledger, const Account *account)
{
  BrowseCounts counts = { 0 };
  gint64 sent = sent_count(ledger, account->name, NULL);
  g_autofree char *known = g_strdup_printf("%" G_GINT64_FORMAT, sent);
  if (sent >= 0) add(lines, _("Sent messages known"), known);
  if (!browse_counts(ledger, account->name, NULL, &counts, NULL)) return;
  g_autofree char *bounces =
      g_strdup_printf(_("%u waiting for you (%u unsure, %u that could not be moved), %u restored, %u deleted"),
                      counts.view[BROWSE_WAITING], counts.view[BROWSE_UNSURE], counts.view[BROWSE_TROUBLE],
                      counts.view[BROWSE_RESTORED], counts.view[BROWSE_DELETED]);
  add(lines, _("Reports"), bounces);
}

GPtrArray *account_text_lines(Ledger *ledger, const Account *account, gboolean runs, gint64 now)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func((GDestroyNotify)text_line_free);
  g_autofree char *state = overview_state(account, runs), *last = shown_time(account->last_pass);
  add(lines, _("State"), state);
  add(lines, _("What to do"), overview_trouble(account) != TROUBLE_NONE ? account->text : NULL);
  add(lines, _("Note"), account->notice);
  add(lines, _("Last good check"), last);
  add_coverage(lines, ledger, account);
  add_gaps(lines, ledger, account, now);
  add_tests(lines, ledger, account);
  add_healed(lines, ledger, account, now);
  add_hand(lines, ledger, account, now);
  add_numbers(lines, ledger, account);
  return lines;
}

GPtrArray *account_text_unlisted(Ledger *ledger)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func((GDestroyNotify)text_line_free);
  g_autoptr(GPtrArray) list = unlisted_list(ledger, UNLISTED_TELL, NULL);
  for (guint i = 0; list != NULL && i < list->len; i++) {
    g_autofree char *words = trust_words_unlisted(list->pdata[i]);
    add(lines, NULL, words);
  }
  return lines;
}
