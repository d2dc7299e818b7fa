/* spare.c - messages that are left alone because of what the owner did with their like
 * Owns:     the question which entry a message is like, and the cap.
 * Must not: change an entry.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_hands.c, tests/fetcher/pass/test_spare.c */
#include "ledger/spare.h"
#include "ledger/private.h"

/* An entry that was left alone for the sake of another one is exempt and was never moved. */
gboolean spare_may(Ledger *ledger, const char *account, const Fingerprint *fingerprint, gboolean *may, GError **error)
{
  gint64 spared = 0, owner = account_id(ledger, account, error);
  gboolean named = *fingerprint->message_id != '\0';
  if (owner < 0) return FALSE;
  if (named
          ? !db_number(ledger, error, &spared,
                       "SELECT count(*) FROM entry WHERE account = ? AND message_id = ? AND message_id <> ''"
                       " AND exempt = 1 AND state = 'kept'",
                       "is", owner, fingerprint->message_id)
          : !db_number(ledger, error, &spared,
                       "SELECT count(*) FROM entry WHERE digest = ? AND account = ? AND exempt = 1 AND state = 'kept'",
                       "bi", fingerprint->digest, sizeof fingerprint->digest, owner))
    return FALSE;
  *may = spared < SPARE_MOST;
  return TRUE;
}

/* Messages that the owner has restored, or asked to leave in place. */
static gboolean find_restored(Ledger *ledger, gint64 owner, const char *message_id, ReportKind kind, gint64 *like,
                              GError **error)
{
  return db_number(ledger, error, like,
                   "SELECT id FROM entry WHERE account = ? AND message_id = ? AND message_id <> '' AND exempt = 1"
                   " AND kind = ? ORDER BY id LIMIT 1",
                   "iss", owner, message_id, report_kind_name(kind));
}

/* Messages that lie in quarantine, or were deleted from there, and differ only by fields of their header. */
static gboolean find_copied(Ledger *ledger, gint64 owner, const Fingerprint *fingerprint, const Report *report,
                            gint64 *like, GError **error)
{
  g_autoptr(GString) recipients = g_string_new(NULL);
  const GPtrArray *ids = report->original.message_ids;
  for (guint i = 0; i < report->recipients->len; i++)
    g_string_append_printf(recipients, "%s%s", i > 0 ? "\n" : "", (const char *)report->recipients->pdata[i]);
  return db_number(ledger, error, like,
                   "SELECT id FROM entry WHERE account = ? AND message_id = ? AND message_id <> '' AND kind = ?"
                   " AND state IN ('quarantined', 'deleted') AND recipients = ? AND original_id IS ?"
                   " AND abs(size - ?) <= ? ORDER BY id DESC LIMIT 1",
                   "issssii", owner, fingerprint->message_id, report_kind_name(report->kind), recipients->str,
                   ids->len > 0 ? (const char *)ids->pdata[0] : NULL, (gint64)fingerprint->size, (gint64)SPARE_FIELDS);
}

gboolean spare_find(Ledger *ledger, const char *account, const Fingerprint *fingerprint, const Report *report,
                    gboolean copies, gint64 *like, GError **error)
{
  gint64 owner = account_id(ledger, account, error);
  gboolean may = FALSE;
  *like = 0;
  if (owner < 0) return FALSE;
  if (*fingerprint->message_id == '\0') return TRUE;
  if (!find_restored(ledger, owner, fingerprint->message_id, report->kind, like, error)) return FALSE;
  if (*like == 0 && copies && !find_copied(ledger, owner, fingerprint, report, like, error)) return FALSE;
  if (*like == 0) return TRUE;
  if (!spare_may(ledger, account, fingerprint, &may, error)) return FALSE;
  if (!may) *like = 0;
  return TRUE;
}
