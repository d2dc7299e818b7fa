/* hold.c - requests that can be undone
 * Owns:     the group of requests made last, and its timer.
 * Must not: know GTK; move a message itself.
 * Fails:    by HOLD_FAILED with a sentence.
 * Tests:    tests/ui/model/test_models.c */
#include "ui/model/hold.h"
#include "ui/model/shown.h"
#include <glib/gi18n.h>

#define OPEN_ASKED 200 /* open requests that one look reads at most */

struct Hold {
  Ledger *ledger;
  void (*changed)(Hold *hold, gpointer data);
  gpointer data;
  HoldState state;
  WishVerb verb;
  GArray *entries, *wishes; /* gint64 each; wishes: 0 for a request that was refused */
  GHashTable *notes;
  guint timer, all, done, failed;
  char *problem; /* the first problem, a sentence */
};

Hold *hold_new(Ledger *ledger, void (*changed)(Hold *hold, gpointer data), gpointer data)
{
  Hold *hold = g_new0(Hold, 1);
  *hold = (Hold){ .ledger = ledger,
                  .changed = changed,
                  .data = data,
                  .entries = g_array_new(FALSE, FALSE, sizeof(gint64)),
                  .wishes = g_array_new(FALSE, FALSE, sizeof(gint64)),
                  .notes = g_hash_table_new(g_int64_hash, g_int64_equal) };
  return hold;
}

static void stop_timer(Hold *hold)
{
  if (hold->timer != 0) g_source_remove(hold->timer);
  hold->timer = 0;
}

void hold_free(Hold *hold)
{
  if (hold == NULL) return;
  hold->changed = NULL;
  hold_send(hold);
  stop_timer(hold);
  g_array_unref(hold->entries);
  g_array_unref(hold->wishes);
  g_hash_table_unref(hold->notes);
  g_free(hold->problem);
  g_free(hold);
}

static void set_state(Hold *hold, HoldState state)
{
  hold->state = state;
  if (state != HOLD_HELD && state != HOLD_OPEN) g_hash_table_remove_all(hold->notes);
  if (hold->changed != NULL) hold->changed(hold, hold->data);
}

static gboolean on_time(gpointer data)
{
  Hold *hold = data;
  hold->timer = 0;
  hold_send(hold);
  return G_SOURCE_REMOVE;
}

static void note_all(Hold *hold)
{
  const char *restore = hold->state == HOLD_HELD ? _("to be restored") : _("being restored");
  const char *delete = hold->state == HOLD_HELD ? _("to be deleted") : _("being deleted");
  for (guint i = 0; i < hold->entries->len; i++)
    g_hash_table_insert(hold->notes, &g_array_index(hold->entries, gint64, i),
                        (gpointer)(hold->verb == WISH_RESTORE ? restore : delete));
}

void hold_begin(Hold *hold, WishVerb verb, const gint64 *entries, guint n)
{
  hold_send(hold);
  stop_timer(hold);
  g_hash_table_remove_all(hold->notes);
  g_array_set_size(hold->entries, 0);
  g_array_set_size(hold->wishes, 0);
  g_clear_pointer(&hold->problem, g_free);
  g_array_append_vals(hold->entries, entries, n);
  hold->verb = verb;
  hold->all = n;
  hold->done = hold->failed = 0;
  hold->state = HOLD_HELD;
  note_all(hold);
  hold->timer = g_timeout_add_seconds(HOLD_SECONDS, on_time, hold);
  set_state(hold, HOLD_HELD);
}

void hold_send(Hold *hold)
{
  g_autoptr(GError) problem = NULL;
  if (hold->state != HOLD_HELD) return;
  stop_timer(hold);
  if (!wish_add_many(hold->ledger, hold->verb, (const gint64 *)(void *)hold->entries->data, hold->entries->len,
                     hold->wishes, &hold->problem, &problem)) {
    hold->problem = g_strdup(problem->message);
    hold->failed = hold->all;
    set_state(hold, HOLD_FAILED);
    return;
  }
  for (guint i = 0; i < hold->wishes->len; i++)
    if (g_array_index(hold->wishes, gint64, i) == 0) hold->failed++; /* refused */
  hold->state = HOLD_OPEN;
  note_all(hold);
  if (hold->failed == hold->all)
    set_state(hold, HOLD_FAILED);
  else
    set_state(hold, HOLD_OPEN);
}

void hold_undo(Hold *hold)
{
  g_autoptr(GError) problem = NULL;
  guint left = 0;
  stop_timer(hold);
  if (hold->state == HOLD_HELD) {
    set_state(hold, HOLD_UNDONE);
    return;
  }
  if (hold->state != HOLD_OPEN) return;
  hold_look(hold);
  g_free(hold->problem);
  hold->problem = NULL;
  if (!wish_cancel_many(hold->ledger, (const gint64 *)(void *)hold->wishes->data, hold->wishes->len, &left, &problem)) {
    hold->problem = g_strdup(problem->message);
    set_state(hold, HOLD_FAILED);
    return;
  }
  /* Requests that failed before are counted in `left`, too. */
  hold->done += left;
  hold->failed = hold->all - hold->done;
  hold->problem = hold->done > 0 ? g_strdup(_("the others were taken back")) : NULL;
  set_state(hold, hold->done > 0 ? HOLD_FAILED : HOLD_UNDONE);
}

/* Results that nobody was told of yet are told here, once. */
static void take_earlier(Hold *hold)
{
  g_autoptr(GPtrArray) wishes = wish_untold(hold->ledger, NULL, NULL);
  g_autoptr(GArray) told = g_array_new(FALSE, FALSE, sizeof(gint64));
  if (wishes == NULL || wishes->len == 0) return;
  g_clear_pointer(&hold->problem, g_free);
  hold->all = wishes->len;
  hold->failed = 0;
  for (guint i = 0; i < wishes->len; i++) {
    const Wish *wish = wishes->pdata[i];
    g_array_append_val(told, wish->id);
    if (wish->state != WISH_FAILED) continue;
    hold->failed++;
    if (hold->problem == NULL) hold->problem = g_strdup(wish->result);
  }
  hold->done = hold->all - hold->failed;
  if (wish_tell(hold->ledger, (const gint64 *)(void *)told->data, told->len, NULL)) set_state(hold, HOLD_EARLIER);
}

/* Reads the state of requests until many of them are open: each account does them in their order, so that later ones
 * are hardly finished. The id of a finished request becomes 0, and is not read again. */
void hold_look(Hold *hold)
{
  guint open = 0, done = 0, failed = 0;
  if (hold->state != HOLD_OPEN && hold->state != HOLD_HELD) take_earlier(hold);
  if (hold->state != HOLD_OPEN) return;
  for (guint i = 0; i < hold->wishes->len && open < OPEN_ASKED; i++) {
    gint64 *id = &g_array_index(hold->wishes, gint64, i);
    if (*id == 0) continue;
    g_autoptr(Wish) wish = wish_get(hold->ledger, *id, NULL);
    if (wish != NULL && wish->state == WISH_OPEN) {
      open++;
      continue;
    }
    wish_tell(hold->ledger, id, 1, NULL);
    *id = 0;
    if (wish != NULL && wish->state == WISH_DONE) {
      done++;
      continue;
    }
    failed++;
    if (hold->problem == NULL && wish != NULL) hold->problem = g_strdup(wish->result);
  }
  hold->done += done;
  hold->failed += failed;
  if (hold->done + hold->failed == hold->all)
    set_state(hold, hold->failed > 0 ? HOLD_FAILED : HOLD_DONE);
  else if (done + failed > 0)
    set_state(hold, HOLD_OPEN);
}

HoldState hold_state(const Hold *hold) { return hold->state; }

gboolean hold_can_undo(const Hold *hold) { return hold->state == HOLD_HELD || hold->state == HOLD_OPEN; }

GHashTable *hold_notes(const Hold *hold) { return hold->notes; }

static char *open_text(const Hold *hold, gboolean runs)
{
  gboolean restore = hold->verb == WISH_RESTORE;
  if (!runs)
    return g_strdup_printf(restore ? ngettext("%u message is restored as soon as the filter runs.",
                                              "%u messages are restored as soon as the filter runs.", hold->all)
                                   : ngettext("%u message is deleted as soon as the filter runs.",
                                              "%u messages are deleted as soon as the filter runs.", hold->all),
                           hold->all);
  return g_strdup_printf(restore
                             ? ngettext("Restoring %u message: %u done.", "Restoring %u messages: %u done.", hold->all)
                             : ngettext("Deleting %u message: %u done.", "Deleting %u messages: %u done.", hold->all),
                         hold->all, hold->done);
}

static char *earlier_text(const Hold *hold)
{
  g_autofree char *why = shown_line(hold->problem, 300);
  g_autofree char *first =
      g_strdup_printf(ngettext("%u of %u earlier request was done.", "%u of %u earlier requests were done.", hold->all),
                      hold->done, hold->all);
  return why != NULL ? g_strdup_printf(_("%s Why: %s"), first, why) : g_steal_pointer(&first);
}

static char *failed_text(const Hold *hold)
{
  g_autofree char *why = shown_line(hold->problem, 300);
  g_autofree char *first =
      hold->verb == WISH_RESTORE
          ? g_strdup_printf(ngettext("%u of %u message was restored.", "%u of %u messages were restored.", hold->all),
                            hold->done, hold->all)
          : g_strdup_printf(ngettext("%u of %u message was deleted.", "%u of %u messages were deleted.", hold->all),
                            hold->done, hold->all);
  return why != NULL ? g_strdup_printf(_("%s Why: %s"), first, why) : g_steal_pointer(&first);
}

char *hold_text(const Hold *hold, gboolean runs)
{
  gboolean restore = hold->verb == WISH_RESTORE;
  switch (hold->state) {
  case HOLD_HELD:
    return g_strdup_printf(restore
                               ? ngettext("%u message will be restored.", "%u messages will be restored.", hold->all)
                               : ngettext("%u message will be deleted.", "%u messages will be deleted.", hold->all),
                           hold->all);
  case HOLD_OPEN: return open_text(hold, runs);
  case HOLD_DONE:
    return g_strdup_printf(restore ? ngettext("%u message was restored.", "%u messages were restored.", hold->all)
                                   : ngettext("%u message was deleted.", "%u messages were deleted.", hold->all),
                           hold->all);
  case HOLD_FAILED: return failed_text(hold);
  case HOLD_EARLIER: return earlier_text(hold);
  case HOLD_UNDONE: return g_strdup(_("Taken back: nothing was changed."));
  default: return NULL;
  }
}
