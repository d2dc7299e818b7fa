/* words.c - what the ledger's codes are called in sentences for people
 * Owns:     the names of kinds and states, for the command line and the window.
 * Must not: open the ledger; translate: the window does, by _().
 * Fails:    never.
 * Tests:    tests/ui/cli/test_cmd_status.py, tests/ui/model/test_models.c */
#include "ui/common/words.h"
#include <glib/gi18n.h>

const char *words_kind(ReportKind kind)
{
  switch (kind) {
  case REPORT_DSN_FAILED:
  case REPORT_BOUNCE: return N_("a report that a message could not be delivered");
  case REPORT_DSN_DELAYED: return N_("a report that a message is late");
  case REPORT_DSN_OTHER: return N_("a report that a message was delivered or passed on");
  case REPORT_CHALLENGE: return N_("a request to confirm that a message came from a person");
  case REPORT_VIRUS_NOTICE: return N_("a notice that a message was taken for a virus");
  case REPORT_AUTO_REPLY: return N_("an automatic reply, such as an out-of-office note");
  case REPORT_RECEIPT: return N_("a read receipt");
  case REPORT_NOTICE: return N_("a notice about mail to you");
  case REPORT_FEEDBACK: return N_("a mail provider's summary or complaint report");
  default: return N_("not an automatic report");
  }
}

const char *words_state(MoveState state)
{
  switch (state) {
  case MOVE_KEPT: return N_("left where it is");
  case MOVE_WAITING: return N_("too fresh, to be judged again");
  case MOVE_Q_INTENT: return N_("being moved to quarantine");
  case MOVE_QUARANTINED: return N_("in quarantine");
  case MOVE_R_INTENT: return N_("being restored");
  case MOVE_RESTORED: return N_("restored");
  case MOVE_D_INTENT: return N_("being deleted");
  case MOVE_DELETED: return N_("deleted");
  case MOVE_FAILED: return N_("needs your attention");
  default: return N_("unknown");
  }
}

WordsBy words_by(const Entry *entry)
{
  static const char *const own[] = { "own-allow", "own-deny", NULL };
  const Evidence *decided = entry->decided < entry->evidence->len ? entry->evidence->pdata[entry->decided] : NULL;
  if (decided == NULL) return WORDS_BY_MAIL;
  if (g_strv_contains(own, decided->code)) return WORDS_BY_OWN_ENTRY;
  return g_str_equal(decided->code, "recipient-recent") ? WORDS_BY_ADDRESS : WORDS_BY_MAIL;
}

char *words_list(const GPtrArray *texts, guint most)
{
  if (texts == NULL || texts->len == 0) return NULL;
  g_autoptr(GString) list = g_string_new(texts->pdata[0]);
  for (guint i = 1; i < MIN(texts->len, most); i++) g_string_append_printf(list, ", %s", (const char *)texts->pdata[i]);
  if (texts->len > most) g_string_append_printf(list, " and %u more", texts->len - most);
  return g_strdup(list->str);
}

char *words_ids(const GArray *ids, guint most)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0, shown = 0; i < ids->len; shown++) {
    gint64 first = g_array_index(ids, gint64, i), last = first;
    for (i++; i < ids->len && g_array_index(ids, gint64, i) == last + 1; i++) last++;
    if (shown == most) {
      g_string_append(text, ",...");
      break;
    }
    g_string_append_printf(text, "%s%" G_GINT64_FORMAT, shown > 0 ? "," : "", first);
    if (last > first) g_string_append_printf(text, "-%" G_GINT64_FORMAT, last);
  }
  return g_strdup(text->str);
}
