/* complete.c - was all of a Sent folder read?
 * Owns:     the comparison of what came with what is there; folder.held, folder.came, folder.holes.
 * Must not: read a folder; move its mark.
 * Fails:    LEDGER_ERROR; nothing is noted then.
 * Tests:    tests/ledger/test_complete.c */
#include "ledger/complete.h"
#include "ledger/private.h"

#define HOLES_LEAST 10   /* places with missing numbers, before they can be a habit of the server's */
#define HOLES_HELD 10000 /* at once; beyond that they become one */

typedef struct {
  gint64 below, above;
} Hole;

void reading_begin(Reading *reading, const char *account, const char *folder, ReadingKind kind, guint32 from,
                   gint64 since, gint64 now)
{
  *reading = (Reading){ .account = g_strdup(account),
                        .folder = g_strdup(folder),
                        .kind = kind,
                        .whole = from <= 1 && kind != READING_ON,
                        .since = since,
                        .now = now,
                        .next = MAX(from, 1),
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
  const Hole hole = { MIN(below, above), MAX(below, above) };
  if (reading->holes->len == HOLES_HELD) {
    Hole *last = &g_array_index(reading->holes, Hole, HOLES_HELD - 1);
    *last = (Hole){ MIN(last->below, hole.below), MAX(last->above, hole.above) };
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
    reading->lost += uid - reading->next;
    if (reading->kind == READING_FIRST) add_hole(reading, reading->below, above);
  }
  reading->came++;
  reading->next = uid + 1;
  reading->below = above;
}

/* What is known of the folder from before. */
typedef struct {
  gint64 folder, held, came, holes;
} Known;

static gboolean load(Ledger *ledger, const Reading *reading, Known *known, GError **error)
{
  g_auto(Rows) rows = { 0 };
  *known = (Known){ .folder = folder_id(ledger, reading->account, reading->folder, FOLDER_ROLE_SENT, error) };
  if (known->folder < 0
      || !rows_open(&rows, ledger, error, "SELECT held, came, holes FROM folder WHERE id = ?", "i", known->folder))
    return FALSE;
  if (rows_next(&rows, error)) {
    known->held = row_int(&rows, 0);
    known->came = row_int(&rows, 1);
    known->holes = row_int(&rows, 2);
  }
  return !rows.failed;
}

static gboolean save(Ledger *ledger, const Known *known, GError **error)
{
  return db_run(ledger, error,
                "UPDATE folder SET held = ?1, came = ?2, holes = ?3 WHERE id = ?4 AND (held, came, holes) <> (?1, ?2, "
                "?3)",
                "iiii", known->held, known->came, known->holes, known->folder);
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

static gboolean note_lost(Ledger *ledger, const Reading *reading, guint64 lost, GError **error)
{
  g_autofree char *reason =
      g_strdup_printf("%" G_GUINT64_FORMAT " message%s came to it and %s gone before %s could be read", lost,
                      lost == 1 ? "" : "s", lost == 1 ? "was" : "were", lost == 1 ? "it" : "they");
  return coverage_gap_note(ledger, reading->account, reading->folder, reading->since, reading->now, reason, error);
}

static void forget_taken(Reading *reading)
{
  reading->came = reading->before_hole = 0;
  reading->lost = 0;
  reading->whole = FALSE;
  g_array_set_size(reading->holes, 0);
}

/* What was taken so far is known from now on. */
static gboolean note(Ledger *ledger, Reading *reading, Known *known, GError **error)
{
  if (reading->whole) known->held = 0;
  if (known->held >= 0) known->held += reading->came;
  known->came += reading->came;
  known->holes += reading->before_hole;
  gboolean skips = known->holes >= HOLES_LEAST && known->holes * 10 > known->came;
  guint64 explained = MIN(reading->lost, reading->elsewhere), lost = reading->lost - explained;
  gboolean missed = reading->kind == READING_ON && reading->since > 0 && lost > 0;
  if (!skips && (!note_holes(ledger, reading, error) || (missed && !note_lost(ledger, reading, lost, error))))
    return FALSE;
  reading->elsewhere -= (guint)explained;
  forget_taken(reading);
  return save(ledger, known, error);
}

gboolean reading_note(Ledger *ledger, Reading *reading, GError **error)
{
  Known known;
  return load(ledger, reading, &known, error) && note(ledger, reading, &known, error);
}

/* Of the first reading they may be of any time. */
static gboolean note_missing(Ledger *ledger, const Reading *reading, guint missing, GError **error)
{
  g_autofree char *reason =
      g_strdup_printf("%u message%s in it did not come when it was read", missing, missing == 1 ? "" : "s");
  gint64 since = reading->kind == READING_ON ? MAX(reading->since, 1) : 1;
  return coverage_gap_note(ledger, reading->account, reading->folder, since, reading->now, reason, error);
}

static guint absent(const Reading *reading, const Known *known, guint exists)
{
  gint64 held = known->held;
  if (held < 0) return 0; /* an earlier build did not count */
  held += (gint64)reading->came + reading->late;
  return exists > held ? (guint)(exists - held) : 0;
}

gboolean reading_missing(Ledger *ledger, const Reading *reading, guint exists, guint *missing, GError **error)
{
  Known known;
  if (!load(ledger, reading, &known, error)) return FALSE;
  if (reading->whole) known.held = 0;
  *missing = absent(reading, &known, exists);
  return TRUE;
}

static gboolean end(Ledger *ledger, Reading *reading, guint32 next, guint exists, GError **error)
{
  Known known;
  if (next > reading->next) {
    reading->lost += next - reading->next;
    if (reading->kind == READING_FIRST) add_hole(reading, reading->below, reading->now);
  }
  if (!load(ledger, reading, &known, error) || !note(ledger, reading, &known, error)) return FALSE;
  guint missing = absent(reading, &known, exists);
  known.held = exists;
  return (missing == 0 || note_missing(ledger, reading, missing, error)) && save(ledger, &known, error);
}

gboolean reading_end(Ledger *ledger, Reading *reading, guint32 next, guint exists, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, end(ledger, reading, next, exists, error), error);
}

gboolean reading_held(Ledger *ledger, const char *account, const char *folder, gint64 *held, GError **error)
{
  *held = -1;
  return db_number(ledger, error, held,
                   "SELECT held FROM folder JOIN account ON account.id = account WHERE account.name = ? AND role = "
                   "'sent' AND folder.name = ?",
                   "ss", account, folder);
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
