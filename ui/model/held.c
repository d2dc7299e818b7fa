/* held.c - one request of the owner's about some messages
 * Owns:     its way: held, written to the ledger, followed, taken back; its words.
 * Must not: know a clock, or of other requests.
 * Fails:    by HOLD_FAILED with a sentence.
 * Tests:    tests/ui/model/test_hold.c */
#include "ui/model/held.h"
#include "ledger/command.h"
#include "ui/common/trust_words.h"
#include "ui/model/shown.h"
#include <glib/gi18n.h>

#define OPEN_ASKED 200 /* open requests that one look reads at most */

Held *held_new(WishVerb verb, const char *allow, const gint64 *entries, guint n, gint64 due)
{
  Held *held = g_new0(Held, 1);
  *held = (Held){ .verb = verb,
                  .allow = g_strdup(allow),
                  .state = HOLD_HELD,
                  .due = due,
                  .entries = g_array_new(FALSE, FALSE, sizeof(gint64)),
                  .wishes = g_array_new(FALSE, FALSE, sizeof(gint64)),
                  .all = n };
  if (n > 0) g_array_append_vals(held->entries, entries, n);
  return held;
}

void held_free(Held *held)
{
  if (held == NULL) return;
  g_array_unref(held->entries);
  g_array_unref(held->wishes);
  g_free(held->allow);
  g_free(held->problem);
  g_free(held);
}

Held *held_earlier(Ledger *ledger)
{
  g_autoptr(GPtrArray) wishes = wish_untold(ledger, NULL, NULL);
  g_autoptr(GArray) told = g_array_new(FALSE, FALSE, sizeof(gint64));
  if (wishes == NULL || wishes->len == 0) return NULL;
  Held *held = held_new(WISH_RESTORE, NULL, NULL, 0, 0);
  held->state = HOLD_EARLIER;
  held->all = wishes->len;
  for (guint i = 0; i < wishes->len; i++) {
    const Wish *wish = wishes->pdata[i];
    gboolean itself = FALSE;
    g_array_append_val(told, wish->id);
    if (wish->state == WISH_DONE && wish_is_healing(ledger, wish, &itself, NULL)) held->healed += itself;
    if (wish->state != WISH_FAILED) continue;
    held->failed++;
    if (held->problem == NULL) held->problem = g_strdup(wish->result);
  }
  held->done = held->all - held->failed;
  if (wish_tell(ledger, (const gint64 *)(void *)told->data, told->len, NULL)) return held;
  held_free(held);
  return NULL;
}

gboolean held_is_pending(const Held *held) { return held->state == HOLD_HELD || held->state == HOLD_OPEN; }

gboolean held_is_reversible(const Held *held) { return held->state == HOLD_DONE && held->command != 0; }

static void fail(Held *held, const char *problem)
{
  g_free(held->problem);
  held->problem = g_strdup(problem);
  held->failed = held->all - held->done;
  held->state = HOLD_FAILED;
}

/* The state that the numbers tell. */
static void count(Held *held)
{
  if (held->done + held->failed < held->all)
    held->state = HOLD_OPEN;
  else
    held->state = held->failed > 0 ? HOLD_FAILED : HOLD_DONE;
}

/* The entry of the allowlist, and then the messages, as one command. */
static gboolean send_allow(Held *held, Ledger *ledger, GError **error)
{
  const char *const entries[] = { held->allow, NULL };
  if (!command_note_entries(ledger, "allow", entries, error)
      || !newsender_add(ledger, NEWSENDER_ALLOW, held->allow, error))
    return FALSE;
  g_autoptr(OwnerCommand) command = command_last(ledger, error);
  held->command = command != NULL ? command->id : 0;
  return command != NULL;
}

void held_send(Held *held, Ledger *ledger)
{
  g_autoptr(GError) problem = NULL;
  if (held->state != HOLD_HELD) return;
  if ((held->allow != NULL && !send_allow(held, ledger, &problem))
      || !command_wish_some(ledger, held->verb, (const gint64 *)(void *)held->entries->data, held->entries->len,
                            held->wishes, &held->problem, &held->command, &problem)) {
    fail(held, problem != NULL ? problem->message : NULL);
    return;
  }
  for (guint i = 0; i < held->wishes->len; i++)
    if (g_array_index(held->wishes, gint64, i) == 0) held->failed++; /* refused */
  count(held);
}

void held_cancel(Held *held, Ledger *ledger)
{
  g_autoptr(GError) problem = NULL;
  Undoing undoing = { 0 };
  if (held->state == HOLD_HELD) {
    held->state = HOLD_UNDONE;
    return;
  }
  if (held->state != HOLD_OPEN && !held_is_reversible(held)) return;
  g_autoptr(OwnerCommand) command = command_get(ledger, held->command, &problem);
  g_clear_pointer(&held->problem, g_free);
  if (command != NULL && command_undo(ledger, command, &undoing, &problem)) {
    held->reversed = undoing.reversed;
    held->lost = undoing.lost;
    held->state = HOLD_UNDONE;
  } else {
    fail(held, problem != NULL ? problem->message : _("it was taken back already"));
  }
  undoing_clear(&undoing);
}

/* Reads the state of requests until many of them are open: each account does them in their order, so that later ones
 * are hardly finished. The id of a finished request becomes 0, and is not read again. */
gboolean held_look(Held *held, Ledger *ledger)
{
  guint open = 0, done = 0, failed = 0;
  if (held->state != HOLD_OPEN) return FALSE;
  for (guint i = 0; i < held->wishes->len && open < OPEN_ASKED; i++) {
    gint64 *id = &g_array_index(held->wishes, gint64, i);
    if (*id == 0) continue;
    g_autoptr(Wish) wish = wish_get(ledger, *id, NULL);
    if (wish != NULL && wish->state == WISH_OPEN) {
      open++;
      continue;
    }
    wish_tell(ledger, id, 1, NULL);
    *id = 0;
    if (wish != NULL && wish->state == WISH_DONE) {
      done++;
      continue;
    }
    failed++;
    if (held->problem == NULL && wish != NULL) held->problem = g_strdup(wish->result);
  }
  held->done += done;
  held->failed += failed;
  count(held);
  return done + failed > 0;
}

/* The messages of a request, to look them up: there may be many thousands. */
static GHashTable *messages_of(const Held *held)
{
  GHashTable *messages = g_hash_table_new(g_int64_hash, g_int64_equal);
  for (guint i = 0; i < held->entries->len; i++) g_hash_table_add(messages, &g_array_index(held->entries, gint64, i));
  return messages;
}

gboolean held_overlaps(const Held *a, const Held *b)
{
  g_autoptr(GHashTable) messages = messages_of(a);
  for (guint i = 0; i < b->entries->len; i++)
    if (g_hash_table_contains(messages, &g_array_index(b->entries, gint64, i))) return TRUE;
  return FALSE;
}

void held_leave_to(Held *held, const Held *other)
{
  g_autoptr(GHashTable) messages = messages_of(other);
  g_autoptr(GArray) left = g_array_new(FALSE, FALSE, sizeof(gint64));
  for (guint i = 0; i < held->entries->len; i++)
    if (!g_hash_table_contains(messages, &g_array_index(held->entries, gint64, i)))
      g_array_append_val(left, g_array_index(held->entries, gint64, i));
  g_array_unref(held->entries);
  held->entries = g_steal_pointer(&left);
  held->all = held->entries->len;
}

static char *with_problem(const Held *held, const char *first)
{
  g_autofree char *why = shown_line(held->problem, 300);
  return why != NULL ? g_strdup_printf(_("%s Why: %s"), first, why) : g_strdup(first);
}

static char *restore_text(const Held *held, gboolean runs)
{
  guint n = held->all;
  if (held->state == HOLD_HELD)
    return g_strdup_printf(ngettext("%u message will be restored.", "%u messages will be restored.", n), n);
  if (held->state == HOLD_DONE)
    return g_strdup_printf(ngettext("%u message was restored.", "%u messages were restored.", n), n);
  if (held->state == HOLD_FAILED)
    return g_strdup_printf(ngettext("%u of %u message was restored.", "%u of %u messages were restored.", n),
                           held->done, n);
  if (!runs)
    return g_strdup_printf(ngettext("%u message is restored as soon as the filter runs.",
                                    "%u messages are restored as soon as the filter runs.", n),
                           n);
  return g_strdup_printf(ngettext("Restoring %u message: %u done.", "Restoring %u messages: %u done.", n), n,
                         held->done);
}

static char *delete_text(const Held *held, gboolean runs)
{
  guint n = held->all;
  if (held->state == HOLD_HELD)
    return g_strdup_printf(ngettext("%u message will be deleted.", "%u messages will be deleted.", n), n);
  if (held->state == HOLD_DONE)
    return g_strdup_printf(ngettext("%u message was deleted.", "%u messages were deleted.", n), n);
  if (held->state == HOLD_FAILED)
    return g_strdup_printf(ngettext("%u of %u message was deleted.", "%u of %u messages were deleted.", n), held->done,
                           n);
  if (!runs)
    return g_strdup_printf(ngettext("%u message is deleted as soon as the filter runs.",
                                    "%u messages are deleted as soon as the filter runs.", n),
                           n);
  return g_strdup_printf(ngettext("Deleting %u message: %u done.", "Deleting %u messages: %u done.", n), n, held->done);
}

/* What is said of the allowlist, before what is said of the messages; NULL: nothing. */
static char *allow_text(const Held *held)
{
  if (held->allow == NULL) return NULL;
  g_autofree char *who = shown_line(held->allow[0] == '@' ? held->allow + 1 : held->allow, 100);
  if (held->state == HOLD_HELD) return g_strdup_printf(_("%s will be allowed."), who);
  if (held->command == 0) return g_strdup_printf(_("%s could not be allowed."), who);
  return g_strdup_printf(_("%s is allowed."), who);
}

static char *earlier_text(const Held *held)
{
  guint asked = held->all - held->healed;
  g_autofree char *requests =
      g_strdup_printf(ngettext("%u of %u earlier request was done.", "%u of %u earlier requests were done.", asked),
                      held->done - held->healed, asked);
  g_autofree char *back =
      g_strdup_printf(ngettext("%u message went back by itself, by what is known now.",
                               "%u messages went back by themselves, by what is known now.", held->healed),
                      held->healed);
  if (held->healed == 0) return g_steal_pointer(&requests);
  return asked == 0 ? g_steal_pointer(&back) : g_strdup_printf("%s %s", requests, back);
}

static char *undone_text(const Held *held)
{
  if (held->lost > 0)
    return g_strdup_printf(ngettext("Taken back, but for %u message that is gone, or lies elsewhere by now.",
                                    "Taken back, but for %u messages that are gone, or lie elsewhere by now.",
                                    held->lost),
                           held->lost);
  if (held->reversed > 0)
    return g_strdup_printf(ngettext("Taken back: %u message that was done already goes back.",
                                    "Taken back: %u messages that were done already go back.", held->reversed),
                           held->reversed);
  return g_strdup(_("Taken back: nothing was changed."));
}

char *held_text(const Held *held, gboolean runs)
{
  if (held->state == HOLD_UNDONE) return undone_text(held);
  g_autofree char *allow = allow_text(held);
  g_autofree char *messages = held->state == HOLD_EARLIER       ? earlier_text(held)
                              : held->all == 0 && allow != NULL ? NULL
                              : held->verb == WISH_RESTORE      ? restore_text(held, runs)
                                                                : delete_text(held, runs);
  g_autofree char *both = allow == NULL      ? g_strdup(messages)
                          : messages == NULL ? g_strdup(allow)
                                             : g_strdup_printf("%s %s", allow, messages);
  return held->state == HOLD_FAILED || held->state == HOLD_EARLIER ? with_problem(held, both) : g_steal_pointer(&both);
}

const char *held_note(const Held *held)
{
  gboolean restore = held->verb == WISH_RESTORE;
  if (held->state == HOLD_HELD) return restore ? _("to be restored") : _("to be deleted");
  if (held->state == HOLD_OPEN) return restore ? _("being restored") : _("being deleted");
  return NULL;
}
