/* sent_news.c - what becomes of answers and quarantined reports when a sent message is found.
 * Owns:     that a report is judged again once a sent message bears one of its ids, or went to one of its recipients.
 * Must not: judge; begin or end a transaction.
 * Fails:    LEDGER_ERROR; the caller rolls back.
 * Tests:    tests/ledger/test_heal.c, tests/ledger/test_answers.c */
#include "ledger/sent_news.h"
#include "ledger/heal.h"

/* A ledger that is filled for the first time has neither, and pays nothing. */
gboolean sent_news_begin(SentNews *news, Ledger *ledger, GError **error)
{
  gint64 kept = 0, missing = 0;
  *news = (SentNews){ 0 };
  if (!db_number(ledger, error, &kept, "SELECT EXISTS(SELECT 1 FROM kept_hash)", "")
      || !db_number(ledger, error, &missing, "SELECT EXISTS(SELECT 1 FROM answer WHERE known = 0)", ""))
    return FALSE;
  news->heals = kept != 0;
  news->answers = missing != 0;
  return TRUE;
}

static gboolean queue(Ledger *ledger, gint64 hash, GError **error)
{
  return db_run(ledger, error,
                "INSERT INTO heal_due(entry, cause) SELECT entry, ?2 FROM kept_hash WHERE hash = ?1"
                " ON CONFLICT DO UPDATE SET cause = cause | excluded.cause",
                "id", hash, HEAL_SENT);
}

gboolean sent_news_id(SentNews *news, Ledger *ledger, gint64 hash, gboolean own, GError **error)
{
  if (news->heals && !queue(ledger, hash, error)) return FALSE;
  if (!news->answers || !own) return TRUE;
  if (!db_run(ledger, error, "UPDATE answer SET known = 1 WHERE id = ? AND known = 0", "i", hash)) return FALSE;
  news->known = news->known || db_changed(ledger);
  return TRUE;
}

gboolean sent_news_recipient(SentNews *news, Ledger *ledger, gint64 address, gint64 domain, GError **error)
{
  return !news->heals || (queue(ledger, address, error) && queue(ledger, domain, error));
}

gboolean sent_news_end(SentNews *news, Ledger *ledger, GError **error)
{
  return !news->known || answers_weigh_all(ledger, error);
}
