/* trust_words.c - sentences about what is known of sent mail
 * Owns:     the words of the test of coverage, of unlisted addresses, and of verdicts that have mended themselves.
 * Must not: decide; write.
 * Fails:    LEDGER_ERROR of healed_read().
 * Tests:    tests/ui/common/test_trust_words.c */
#include "ui/common/trust_words.h"
#include "ui/common/words.h"
#include <glib/gi18n.h>
#include <string.h>

#define DAY ((gint64)86400)
#define RANGES_SHOWN 8
#define HEALING_TAKES 60 /* seconds from the beginning of judging again to its last request */

static char *day(gint64 seconds)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(seconds);
  return time != NULL ? g_date_time_format(time, "%Y-%m-%d") : g_strdup("?");
}

gboolean trust_is_given(const GPtrArray *accounts, const char *account)
{
  for (guint i = 0; i < accounts->len; i++) {
    const Account *row = accounts->pdata[i];
    if (strcmp(row->name, account) == 0) return row->trust_sent;
  }
  return FALSE;
}

gint64 trust_test_from(const CoverageTest *test) { return test->first - TEST_DAYS_BEFORE * DAY; }
gint64 trust_test_to(const CoverageTest *test) { return test->last + TEST_DAYS_AFTER * DAY; }

/* Who wrote them, and when; their number is not 0. */
static char *missing_words(const CoverageTest *test)
{
  g_autofree char *first = day(test->first), *last = day(test->last);
  return g_strdup_printf(
      ngettext("%u answer (senders: %u, from %s to %s) names mail that is in no Sent folder that is read",
               "%u answers (senders: %u, from %s to %s) name mail that is in no Sent folder that is read",
               test->missing),
      test->missing, test->senders, first, last);
}

char *trust_words_test(const CoverageTest *test, gboolean trusted)
{
  guint all = test->known + test->missing;
  g_autofree char *known = g_strdup_printf(ngettext("%u of %u answer to %s names mail that is known.",
                                                    "%u of %u answers to %s name mail that is known.", all),
                                           test->known, all, test->address);
  if (test->missing == 0) return g_steal_pointer(&known);
  g_autofree char *missing = missing_words(test);
  if (!test->failed)
    return g_strdup_printf(_("%s %s; these are too few to say that another program sends from there."), known, missing);
  if (trusted)
    return g_strdup_printf(_("%s %s. That does not count, since you vouch for the Sent folders (trust-sent = yes)."),
                           known, missing);
  g_autofree char *from = day(trust_test_from(test)), *to = day(trust_test_to(test));
  return g_strdup_printf(
      _("%s %s: another program or device seems to send from there. So no bounce about mail sent from there between %s "
        "and %s is taken for backscatter. Name its Sent folder with “sent”, or say “trust-sent = yes” for account %s."),
      known, missing, from, to, test->account);
}

char *trust_words_unlisted(const Unlisted *unlisted)
{
  return g_strdup_printf(ngettext("%u bounce came to an address at %s that no account lists, so it is unsure. If all "
                                  "addresses there are yours, add “*@%s” to “addresses”.",
                                  "%u bounces came to addresses at %s that no account lists, so they are unsure. If "
                                  "all addresses there are yours, add “*@%s” to “addresses”.",
                                  unlisted->count),
                         unlisted->count, unlisted->domain, unlisted->domain);
}

void healed_clear(Healed *healed)
{
  g_clear_pointer(&healed->back, g_array_unref);
  g_clear_pointer(&healed->coming, g_array_unref);
  g_clear_pointer(&healed->told, g_array_unref);
}

gboolean healing_is_coming(Ledger *ledger, const Healing *healing, gboolean *coming, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(Wish) wish = healing->back ? wish_of_entry(ledger, healing->entry, &problem) : NULL;
  if (problem != NULL) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  *coming = wish != NULL && wish->state == WISH_OPEN && wish->verb == WISH_RESTORE;
  return TRUE;
}

gboolean wish_is_healing(Ledger *ledger, const Wish *wish, gboolean *itself, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(Healing) healing = wish->verb == WISH_RESTORE ? healing_get(ledger, wish->entry, &problem) : NULL;
  if (problem != NULL) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  *itself =
      healing != NULL && healing->back && wish->made >= healing->when && wish->made <= healing->when + HEALING_TAKES;
  return TRUE;
}

static gint by_id(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return (x > y) - (x < y);
}

/* Entries (gint64*, of the wishes) that an open request is about: entry → Wish*. */
static GHashTable *open_requests(const GPtrArray *wishes)
{
  GHashTable *open = g_hash_table_new(g_int64_hash, g_int64_equal);
  for (guint i = 0; i < wishes->len; i++) {
    Wish *wish = wishes->pdata[i];
    g_hash_table_insert(open, &wish->entry, wish);
  }
  return open;
}

/* Sorts those that lie in quarantine; `lying` becomes the set of them. What the owner has asked for is decided. */
static void sort_lying(const GPtrArray *list, GHashTable *open, Healed *healed, GHashTable *lying)
{
  for (guint i = 0; i < list->len; i++) {
    const Healing *healing = list->pdata[i];
    const Wish *wish = g_hash_table_lookup(open, &healing->entry);
    g_hash_table_add(lying, (gpointer)&healing->entry);
    if (wish == NULL)
      g_array_append_val(healed->told, healing->entry);
    else if (healing->back && wish->verb == WISH_RESTORE)
      g_array_append_val(healed->coming, healing->entry);
  }
}

gboolean healed_read(Ledger *ledger, const char *account, gint64 now, Healed *healed, GError **error)
{
  *healed = (Healed){ g_array_new(FALSE, FALSE, sizeof(gint64)), g_array_new(FALSE, FALSE, sizeof(gint64)),
                      g_array_new(FALSE, FALSE, sizeof(gint64)) };
  g_autoptr(GPtrArray) here = healing_list(ledger, account, FALSE, error);
  g_autoptr(GPtrArray) all = here != NULL ? healing_list(ledger, account, TRUE, error) : NULL;
  g_autoptr(GPtrArray) wishes = all != NULL ? wish_open_of(ledger, account, WISH_OF_MESSAGES, error) : NULL;
  g_autoptr(GHashTable) lying = g_hash_table_new(g_int64_hash, g_int64_equal);
  if (wishes == NULL) return FALSE;
  g_autoptr(GHashTable) open = open_requests(wishes);
  sort_lying(here, open, healed, lying);
  for (guint i = 0; i < all->len; i++) {
    const Healing *healing = all->pdata[i];
    if (healing->back && healing->when >= now - TRUST_HEALED_DAYS * DAY
        && !g_hash_table_contains(lying, &healing->entry))
      g_array_append_val(healed->back, healing->entry);
  }
  g_array_sort(healed->back, by_id);
  g_array_sort(healed->coming, by_id);
  g_array_sort(healed->told, by_id);
  return TRUE;
}

char *trust_words_back(const Healed *healed)
{
  g_autofree char *ids = words_ids(healed->back, RANGES_SHOWN);
  guint n = healed->back->len;
  if (n == 0) return NULL;
  return g_strdup_printf(ngettext("%u message went back by itself within %u days, by what was known then: %s",
                                  "%u messages went back by themselves within %u days, by what was known then: %s", n),
                         n, TRUST_HEALED_DAYS, ids);
}

char *trust_words_coming(const Healed *healed)
{
  g_autofree char *ids = words_ids(healed->coming, RANGES_SHOWN);
  guint n = healed->coming->len;
  if (n == 0) return NULL;
  return g_strdup_printf(ngettext("%u message goes back by itself at the next pass, by what is known now: %s",
                                  "%u messages go back by themselves at the next pass, by what is known now: %s", n),
                         n, ids);
}

char *trust_words_told(const Healed *healed)
{
  g_autofree char *ids = words_ids(healed->told, RANGES_SHOWN);
  guint n = healed->told->len;
  if (n == 0) return NULL;
  return g_strdup_printf(ngettext("%u message in quarantine would not be moved by what is known now, and stays there "
                                  "until you decide: %s",
                                  "%u messages in quarantine would not be moved by what is known now, and stay there "
                                  "until you decide: %s",
                                  n),
                         n, ids);
}

char *trust_words_healing(const Healing *healing, gboolean coming, MoveState state)
{
  g_autofree char *when = day(healing->when);
  gboolean genuine = healing->verdict == VERDICT_GENUINE;
  if (coming) return g_strdup_printf(_("It was judged again on %s, and goes back by itself at the next pass."), when);
  if (state == MOVE_QUARANTINED && healing->back)
    return g_strdup_printf(
        _("It was judged again on %s and went back by itself before, so it is left here now that it came back."), when);
  if (state == MOVE_QUARANTINED)
    return g_strdup_printf(genuine
                               ? _("It was judged again on %s, and would be genuine now: restore it if you want it.")
                               : _("It was judged again on %s, and would be unsure now: restore it if you want it."),
                           when);
  return healing->back ? g_strdup_printf(_("It was judged again on %s, and went back by itself."), when) : NULL;
}
