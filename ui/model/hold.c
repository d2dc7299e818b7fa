/* hold.c - requests that can be undone
 * Owns:     their order, their seconds, and which of two about the same message counts.
 * Must not: know GTK; move a message itself.
 * Fails:    by HOLD_FAILED with a sentence.
 * Tests:    tests/ui/model/test_hold.c */
#include "ui/model/hold.h"
#include <glib/gi18n.h>

#define DONE_KEPT 20 /* requests that are done, and can be taken back */

struct Hold {
  Ledger *ledger;
  void (*changed)(Hold *hold, gpointer data);
  gpointer data;
  gint64 (*clock)(void);
  GPtrArray *requests; /* Held*, the oldest first: pending ones, and finished ones that are still told of */
  gboolean undone;     /* the last thing that happened was an undo */
  GHashTable *notes;
  guint timer;
};

Hold *hold_new(Ledger *ledger, void (*changed)(Hold *hold, gpointer data), gpointer data)
{
  Hold *hold = g_new0(Hold, 1);
  *hold = (Hold){ .ledger = ledger,
                  .changed = changed,
                  .data = data,
                  .clock = g_get_monotonic_time,
                  .requests = g_ptr_array_new_with_free_func((GDestroyNotify)held_free),
                  .notes = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL) };
  return hold;
}

void hold_set_clock(Hold *hold, gint64 (*clock)(void)) { hold->clock = clock; }

static Held *request(const Hold *hold, guint i) { return g_ptr_array_index(hold->requests, i); }

static void stop_timer(Hold *hold)
{
  if (hold->timer != 0) g_source_remove(hold->timer);
  hold->timer = 0;
}

void hold_free(Hold *hold)
{
  if (hold == NULL) return;
  stop_timer(hold);
  for (guint i = 0; i < hold->requests->len; i++) {
    for (guint k = i + 1; k < hold->requests->len; k++)
      if (request(hold, k)->state == HOLD_HELD) held_leave_to(request(hold, i), request(hold, k));
    held_send(request(hold, i), hold->ledger);
  }
  g_ptr_array_unref(hold->requests);
  g_hash_table_unref(hold->notes);
  g_free(hold);
}

static void note_all(Hold *hold)
{
  g_hash_table_remove_all(hold->notes);
  for (guint i = 0; i < hold->requests->len; i++) {
    const Held *held = request(hold, i);
    const char *note = held_note(held);
    for (guint k = 0; note != NULL && k < held->entries->len; k++)
      g_hash_table_insert(hold->notes, g_memdup2(&g_array_index(held->entries, gint64, k), sizeof(gint64)),
                          (gpointer)note);
  }
}

static gboolean on_time(gpointer data)
{
  Hold *hold = data;
  hold->timer = 0;
  hold_tick(hold);
  return G_SOURCE_REMOVE;
}

/* Is a newer request held that is about a message of this one? */
static gboolean waits(const Hold *hold, guint i)
{
  for (guint k = i + 1; k < hold->requests->len; k++)
    if (request(hold, k)->state == HOLD_HELD && held_overlaps(request(hold, i), request(hold, k))) return TRUE;
  return FALSE;
}

/* Wakes when the next request is due that waits for none. */
static void set_timer(Hold *hold)
{
  gint64 next = G_MAXINT64, now = hold->clock();
  stop_timer(hold);
  for (guint i = 0; i < hold->requests->len; i++)
    if (request(hold, i)->state == HOLD_HELD && !waits(hold, i)) next = MIN(next, request(hold, i)->due);
  if (next != G_MAXINT64)
    hold->timer = g_timeout_add((guint)CLAMP((next - now) / 1000 + 1, 1, HOLD_SECONDS * 1000), on_time, hold);
}

static void tell(Hold *hold)
{
  note_all(hold);
  set_timer(hold);
  if (hold->changed != NULL) hold->changed(hold, hold->data);
}

/* Older requests that are held leave their messages to this one. */
static void send(Hold *hold, Held *held)
{
  for (guint i = 0; i < hold->requests->len && request(hold, i) != held;) {
    Held *older = request(hold, i);
    if (older->state == HOLD_HELD) held_leave_to(older, held);
    if (older->state == HOLD_HELD && older->all == 0 && older->allow == NULL)
      g_ptr_array_remove_index(hold->requests, i);
    else
      i++;
  }
  held_send(held, hold->ledger);
}

/* The first request that is due, and waits for none. */
static Held *next_due(const Hold *hold)
{
  gint64 now = hold->clock();
  for (guint i = 0; i < hold->requests->len; i++)
    if (request(hold, i)->state == HOLD_HELD && request(hold, i)->due <= now && !waits(hold, i))
      return request(hold, i);
  return NULL;
}

void hold_tick(Hold *hold)
{
  Held *due = next_due(hold);
  if (due == NULL) {
    set_timer(hold);
    return;
  }
  hold->undone = FALSE;
  for (; due != NULL; due = next_due(hold)) send(hold, due);
  tell(hold);
}

/* Finished requests are told of no longer; a failure is, until somebody has closed it, and what can be taken back
 * stays, if it is not too old. */
static void forget_finished(Hold *hold)
{
  guint done = 0;
  for (guint i = hold->requests->len; i > 0; i--) {
    const Held *held = request(hold, i - 1);
    gboolean stays = held_is_reversible(held) && done++ < DONE_KEPT;
    if (!held_is_pending(held) && !stays && held->state != HOLD_FAILED) g_ptr_array_remove_index(hold->requests, i - 1);
  }
}

static void add(Hold *hold, WishVerb verb, const char *allow, const gint64 *entries, guint n)
{
  gint64 due = hold->clock() + (gint64)HOLD_SECONDS * G_USEC_PER_SEC;
  forget_finished(hold);
  hold->undone = FALSE;
  g_ptr_array_add(hold->requests, held_new(verb, allow, entries, n, due));
  tell(hold);
}

void hold_begin(Hold *hold, WishVerb verb, const gint64 *entries, guint n) { add(hold, verb, NULL, entries, n); }

void hold_allow(Hold *hold, const char *entry, const gint64 *entries, guint n)
{
  add(hold, WISH_RESTORE, entry, entries, n);
}

/* The newest request for which `is` says yes; NULL: none. */
static Held *newest(const Hold *hold, gboolean (*is)(const Held *held))
{
  for (guint i = hold->requests->len; i > 0; i--)
    if (is(request(hold, i - 1))) return request(hold, i - 1);
  return NULL;
}

static gboolean is_held(const Held *held) { return held->state == HOLD_HELD; }
static gboolean is_failed(const Held *held) { return held->state == HOLD_FAILED; }
static gboolean is_undone(const Held *held) { return held->state == HOLD_UNDONE; }
static gboolean is_any(const Held *held) { return TRUE; }

/* The request that is told of. */
static Held *current(const Hold *hold)
{
  Held *held = newest(hold, held_is_pending);
  if (held == NULL && hold->undone) held = newest(hold, is_undone);
  if (held == NULL) held = newest(hold, is_failed);
  return held != NULL ? held : newest(hold, is_any);
}

/* The request that undo takes back: what is on its way first, then what is done. */
static Held *undoable(const Hold *hold)
{
  Held *held = newest(hold, held_is_pending);
  return held != NULL ? held : newest(hold, held_is_reversible);
}

void hold_send(Hold *hold)
{
  Held *held = current(hold);
  if (held == NULL || held->state != HOLD_HELD) return;
  hold->undone = FALSE;
  send(hold, held);
  tell(hold);
}

void hold_undo(Hold *hold)
{
  Held *held = undoable(hold);
  if (held == NULL) return;
  gint64 due = hold->clock() + (gint64)HOLD_SECONDS * G_USEC_PER_SEC;
  gboolean was_held = held->state == HOLD_HELD;
  held_cancel(held, hold->ledger);
  hold->undone = held->state == HOLD_UNDONE;
  for (guint i = 0; i < hold->requests->len; i++) {
    Held *older = request(hold, i);
    if (was_held && older->state == HOLD_HELD && held_overlaps(older, held)) older->due = MAX(older->due, due);
  }
  tell(hold);
}

void hold_close(Hold *hold)
{
  for (guint i = hold->requests->len; i > 0; i--)
    if (!held_is_pending(request(hold, i - 1))) g_ptr_array_remove_index(hold->requests, i - 1);
  hold->undone = FALSE;
  tell(hold);
}

void hold_look(Hold *hold)
{
  gboolean any = FALSE;
  for (guint i = 0; i < hold->requests->len; i++) any = held_look(request(hold, i), hold->ledger) || any;
  Held *earlier = newest(hold, held_is_pending) == NULL ? held_earlier(hold->ledger) : NULL;
  if (earlier != NULL) {
    forget_finished(hold);
    g_ptr_array_add(hold->requests, earlier);
  }
  if (!any && earlier == NULL) return;
  hold->undone = FALSE;
  tell(hold);
}

HoldState hold_state(const Hold *hold)
{
  const Held *held = current(hold);
  return held != NULL ? held->state : HOLD_NONE;
}

gboolean hold_can_undo(const Hold *hold)
{
  const Held *held = undoable(hold);
  return held != NULL && held == current(hold);
}
gboolean hold_is_held(const Hold *hold) { return newest(hold, is_held) != NULL; }

/* How many more can be taken back than the one that is told of. */
static guint count_others(const Hold *hold)
{
  guint n = 0;
  const Held *told = current(hold);
  for (guint i = 0; i < hold->requests->len; i++) {
    const Held *held = request(hold, i);
    n += held != told && (held_is_pending(held) || held_is_reversible(held));
  }
  return n;
}

char *hold_text(const Hold *hold, gboolean runs)
{
  const Held *held = current(hold);
  guint others = count_others(hold);
  if (held == NULL) return NULL;
  g_autofree char *first = held_text(held, runs);
  g_autofree char *text =
      hold->undone && held_is_pending(held) ? g_strdup_printf(_("Taken back. Next: %s"), first) : g_strdup(first);
  if (others == 0 || !held_is_pending(held)) return g_steal_pointer(&text);
  return g_strdup_printf(ngettext("%s (%u request before it can be undone, too.)",
                                  "%s (%u requests before it can be undone, too.)", others),
                         text, others);
}

GHashTable *hold_notes(const Hold *hold) { return hold->notes; }
