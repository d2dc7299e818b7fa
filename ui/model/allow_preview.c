/* allow_preview.c - what an entry of the allowlist would cover, in words
 * Owns:     which entries are offered for a report.
 * Must not: add an entry; know GTK.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ui/model/test_models.c */
#include "ui/model/allow_preview.h"
#include "filter/normalise.h"
#include "ledger/covered.h"
#include "ui/model/entry_text.h"
#include "ui/model/shown.h"
#include <glib/gi18n.h>
#include <string.h>

#define RECIPIENTS_MOST 3
#define SHOWN_MOST 3

void allow_choice_free(AllowChoice *choice)
{
  if (choice == NULL) return;
  g_free(choice->entry);
  g_free(choice->scope);
  g_free(choice->preview);
  g_clear_pointer(&choice->lying, g_array_unref);
  g_free(choice);
}

static char *scope_of(const char *entry)
{
  g_autofree char *shown = shown_line(entry[0] == '@' ? entry + 1 : entry, 200);
  if (entry[0] != '@')
    return g_strdup_printf(_("Reports about mail to %s count as genuine from now on, whoever writes them."), shown);
  return g_strdup_printf(
      _("Reports about mail to anybody at %s, and reports written by servers of %s, count as genuine "
        "from now on. This includes all names below it."),
      shown, shown);
}

/* Adds the first few reports as examples, so that the owner sees what kind of mail is covered. */
static void add_examples(GString *text, Ledger *ledger, const GArray *touched)
{
  for (guint i = 0; i < MIN(touched->len, SHOWN_MOST); i++) {
    g_autoptr(BrowseRow) row = browse_row(ledger, g_array_index(touched, gint64, touched->len - 1 - i), NULL);
    if (row == NULL) continue;
    g_autofree char *day = shown_day(row->received);
    g_autofree char *subject = shown_line(row->subject != NULL ? row->subject : _("(no subject)"), 60);
    g_string_append_printf(text, _("\n • %s: “%s”, %s"), day, subject, entry_text_verdict(row->verdict));
  }
  if (touched->len > SHOWN_MOST) {
    guint more = touched->len - SHOWN_MOST;
    g_string_append_printf(text, ngettext("\n • and %u more", "\n • and %u more", more), more);
  }
}

static gboolean preview(AllowChoice *choice, Ledger *ledger, GError **error)
{
  g_auto(Covered) covered = { 0 };
  g_autoptr(GString) text = g_string_new(NULL);
  if (!covered_by(ledger, NEWSENDER_ALLOW, choice->entry, &covered, error)) return FALSE;
  const GArray *touched = covered.changed;
  choice->lying = g_steal_pointer(&covered.lying);
  g_string_append_printf(text,
                         ngettext("It would have changed the verdict on %u report so far",
                                  "It would have changed the verdict on %u reports so far", touched->len),
                         touched->len);
  g_string_append_printf(text,
                         ngettext(", %u of which lies in quarantine and is restored.",
                                  ", %u of which lie in quarantine and are restored.", choice->lying->len),
                         choice->lying->len);
  add_examples(text, ledger, touched);
  choice->preview = g_strdup(text->str);
  return TRUE;
}

static gboolean offer(GPtrArray *choices, Ledger *ledger, const char *typed, GError **error)
{
  g_autofree char *entry = typed != NULL ? newsender_parse(typed, NULL) : NULL;
  if (entry == NULL) return TRUE;
  for (guint i = 0; i < choices->len; i++)
    if (strcmp(((const AllowChoice *)choices->pdata[i])->entry, entry) == 0) return TRUE;
  AllowChoice *choice = g_new0(AllowChoice, 1);
  g_ptr_array_add(choices, choice);
  choice->scope = scope_of(entry);
  choice->entry = g_steal_pointer(&entry);
  return preview(choice, ledger, error);
}

static gboolean offer_domain(GPtrArray *choices, Ledger *ledger, const char *address, GError **error)
{
  const char *domain = address != NULL ? address_domain(address) : NULL;
  g_autofree char *entry = domain != NULL ? g_strconcat("@", domain, NULL) : NULL;
  return offer(choices, ledger, entry, error);
}

GPtrArray *allow_choices(Ledger *ledger, const Entry *entry, GError **error)
{
  g_autoptr(GPtrArray) choices = g_ptr_array_new_with_free_func((GDestroyNotify)allow_choice_free);
  guint most = MIN(entry->recipients->len, RECIPIENTS_MOST);
  for (guint i = 0; i < most; i++)
    if (!offer(choices, ledger, entry->recipients->pdata[i], error)) return NULL;
  for (guint i = 0; i < most; i++)
    if (!offer_domain(choices, ledger, entry->recipients->pdata[i], error)) return NULL;
  if (!offer_domain(choices, ledger, entry->reporter, error)) return NULL;
  return g_steal_pointer(&choices);
}
