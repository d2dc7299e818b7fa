/* coming_back.c - saying which messages come back by what the owner has done
 * Owns:     its sentences.
 * Must not: bring anything back: the next pass does that.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_hands.py, tests/e2e/test_disk_heal.py */
#include "ui/cli/coming_back.h"
#include "ledger/heal.h"
#include "ui/common/trust_words.h"
#include "ui/common/words.h"
#include "ui/terminal/print.h"
#include "ui/terminal/trust_lines.h"
#include <sysexits.h>

#define ASKED_MOST 5000 /* reports that are judged for the answer */

static gint by_id(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return (x > y) - (x < y);
}

static gboolean holds(const GArray *ids, gint64 id)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_array_index(ids, gint64, i) == id) return TRUE;
  return FALSE;
}

/* Those of `lying` that are in neither list. */
static GArray *others(const GArray *lying, const Healed *healed)
{
  GArray *rest = g_array_new(FALSE, FALSE, sizeof(gint64));
  for (guint i = 0; lying != NULL && i < lying->len; i++) {
    gint64 id = g_array_index(lying, gint64, i);
    if (!holds(healed->coming, id) && !holds(healed->told, id)) g_array_append_val(rest, id);
  }
  return rest;
}

/* What is due, and what was decided before and not done yet. */
static gboolean read_all(const Ui *ui, Ledger *ledger, Healed *healed, gboolean *further, GError **error)
{
  Policy policy;
  g_auto(HealResult) result = { 0 };
  /* What was done is done, whatever is wrong with the configuration: the defaults will do for the answer. */
  if (!ui_policy(ui, &policy, NULL)) policy = POLICY_DEFAULT(g_get_real_time() / G_USEC_PER_SEC);
  if (!healed_read(ledger, NULL, policy.now, healed, error)
      || !heal_preview(ledger, NULL, &policy, ASKED_MOST, &result, error))
    return FALSE;
  g_array_append_vals(healed->coming, result.back->data, result.back->len);
  for (guint i = 0; i < result.told->len; i++) {
    gint64 id = g_array_index(result.told, gint64, i);
    if (!holds(healed->told, id)) g_array_append_val(healed->told, id);
  }
  g_array_sort(healed->coming, by_id);
  g_array_sort(healed->told, by_id);
  *further = result.further;
  return TRUE;
}

int coming_back_tell(const Ui *ui, Ledger *ledger, const GArray *lying)
{
  GError *error = NULL;
  gboolean further = FALSE;
  g_auto(Healed) healed = { 0 };
  if (!read_all(ui, ledger, &healed, &further, &error)) return ui_fail(error);
  if (ui->json) {
    if (healed.coming->len + healed.told->len == 0) return EX_OK;
    JsonBuilder *line = jsonl_begin();
    jsonl_text(line, "type", "judged-again");
    trust_healed_member(line, &healed);
    jsonl_end(line);
    return EX_OK;
  }
  g_autoptr(GArray) rest = others(lying, &healed);
  g_autofree char *coming = trust_words_coming(&healed), *told = trust_words_told(&healed);
  g_autofree char *all = words_ids(rest, G_MAXUINT);
  g_autofree char *more =
      g_strdup_printf(rest->len == 1 ? "%u other message about it stays in quarantine: backstop restore %s"
                                     : "%u other messages about it stay in quarantine: backstop restore %s",
                      rest->len, all);
  if (coming != NULL) print_wrapped("", coming);
  if (further) print_wrapped("", "There may be more: the next pass looks at all that lies in quarantine.");
  if (told != NULL) print_wrapped("", told);
  if (rest->len > 0) print_wrapped("", more);
  return EX_OK;
}
