/* complete.c - was all of a Sent folder read?
 * Owns:     the comparison of what came with what is there; folder.held, folder.came, folder.holes.
 * Must not: read a folder; move its mark.
 * Fails:    LEDGER_ERROR; nothing is noted then.
 * Tests:    tests/ledger/test_complete.c */
#include "ledger/complete.h"
#include "ledger/private.h"

#define HOLES_LEAST 10   /* places with missing numbers, before they can be a habit of the server's */
#define HOLES_HELD 10000 /* of one reading; beyond that they become one */

typedef struct {
  gint64 below, above;
} Hole;

void reading_begin(Reading *reading, const char *account, const char *folder, gboolean first, guint32 from)
{
  *reading = (Reading){ .account = g_strdup(account),
                        .folder = g_strdup(folder),
                        .first = first,
                        .next = first ? 1 : from,
                        .holes = g_array_new(FALSE, FALSE, sizeof(Hole)) };
}

void reading_clear(Reading *reading)
{
  g_clear_pointer(&reading->account, g_free);
  g_clear_pointer(&reading->folder, g_free);
  g_clear_pointer(&reading->holes, g_array_unref);
}

static void add_hole(Reading *reading, gint64 below, gint64 above)
{
  const Hole hole = { below, above };
  if (reading->holes->len == HOLES_HELD) {
    Hole *last = &g_array_index(reading->holes, Hole, HOLES_HELD - 1);
    *last = (Hole){ MIN(last->below, below), MAX(last->above, above) };
    return;
  }
  g_array_append_val(reading->holes, hole);
}

void reading_take(Reading *reading, guint32 uid, gint64 date)
{
  if (uid < reading->next) return; /* it came before, or out of order */
  gint64 above = date != 0 ? date : reading->below;
  if (uid > reading->next) {
    reading->before_hole++;
    if (reading->first) add_hole(reading, MIN(reading->below, above), MAX(reading->below, above));
  }
  reading->came++;
  reading->next = uid + 1;
  reading->below = above;
}

/* What is known of the folder from before. */
static gboolean load(Ledger *ledger, gint64 folder, gint64 *held, gint64 *came, gint64 *holes, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT held, came, holes FROM folder WHERE id = ?", "i", folder)) return FALSE;
  if (rows_next(&rows, error)) {
    *held = row_int(&rows, 0);
    *came = row_int(&rows, 1);
    *holes = row_int(&rows, 2);
  }
  return !rows.failed;
}

static gboolean note_holes(Ledger *ledger, const Reading *reading, GError **error)
{
  for (guint i = 0; i < reading->holes->len; i++) {
    const Hole *hole = &g_array_index(reading->holes, Hole, i);
    if (!coverage_gap_note(ledger, reading->account, reading->folder, MAX(hole->below, 1), hole->above + 1,
                           "messages were removed from it before it was read for the first time", error))
      return FALSE;
  }
  return TRUE;
}

/* They may be of any time where no number is missing among those that came. */
static gboolean note_missing(Ledger *ledger, const Reading *reading, guint missing, gint64 now, GError **error)
{
  gint64 since = 1, until = now;
  for (guint i = 0; i < reading->holes->len; i++) {
    const Hole *hole = &g_array_index(reading->holes, Hole, i);
    since = i == 0 ? hole->below : MIN(since, hole->below);
  }
  g_autofree char *reason =
      g_strdup_printf("%u message%s in it did not come when it was read", missing, missing == 1 ? "" : "s");
  return coverage_gap_note(ledger, reading->account, reading->folder, MAX(since, 1), until, reason, error);
}

static gboolean end(Ledger *ledger, const Reading *reading, guint exists, gint64 now, guint *missing, GError **error)
{
  gint64 held = -1, came = 0, holes = 0,
         folder = folder_id(ledger, reading->account, reading->folder, FOLDER_ROLE_SENT, error);
  if (folder < 0 || !load(ledger, folder, &held, &came, &holes, error)) return FALSE;
  came += reading->came;
  holes += reading->before_hole;
  gboolean skips = holes >= HOLES_LEAST && holes * 10 > came;
  gint64 expected = reading->first ? reading->came : held >= 0 ? held + reading->came : (gint64)exists;
  *missing = exists > expected ? (guint)(exists - expected) : 0;
  return (skips || note_holes(ledger, reading, error))
         && (*missing == 0 || note_missing(ledger, reading, *missing, now, error))
         && db_run(ledger, error, "UPDATE folder SET held = ?, came = ?, holes = ? WHERE id = ?", "uiii", exists, came,
                   holes, folder);
}

gboolean reading_end(Ledger *ledger, Reading *reading, guint exists, gint64 now, guint *missing, GError **error)
{
  guint absent = 0;
  if (!db_begin(ledger, error)) return FALSE;
  if (!db_end(ledger, end(ledger, reading, exists, now, &absent, error), error)) return FALSE;
  *missing = absent;
  return TRUE;
}

gboolean reading_skips(Ledger *ledger, const char *account, const char *folder, gboolean *skips, GError **error)
{
  gint64 yes = 0, id = folder_id(ledger, account, folder, FOLDER_ROLE_SENT, error);
  if (id < 0
      || !db_number(ledger, error, &yes, "SELECT holes >= ? AND holes * 10 > came FROM folder WHERE id = ?", "di",
                    HOLES_LEAST, id))
    return FALSE;
  *skips = yes != 0;
  return TRUE;
}
