/* facts.c - the facts about a report.
 * Owns:     the order of the questions, and which sent message an id leads to.
 * Must not: write; judge.
 * Fails:    LEDGER_ERROR; never half-filled facts.
 * Tests:    tests/ledger/test_facts.c */
#include "ledger/facts.h"
#include "ledger/ask.h"

#define YEAR_1980 ((gint64)315532800)

typedef gboolean (*SentBy)(Ledger *ledger, const char *id, gint64 *sent, GError **error);

/* Finds the sent message of the first id that has one. */
static gboolean find(const Ask *ask, const GPtrArray *ids, SentBy sent_by, Found *found, GError **error)
{
  for (guint i = 0; i < ids->len && found->shown == NULL; i++) {
    const char *id = g_ptr_array_index(ids, i);
    gint64 sent = 0;
    if (!sent_by(ask->ledger, id, &sent, error)) return FALSE;
    if (sent != 0 && !ask_found(ask, id, sent, found, error)) return FALSE;
  }
  return TRUE;
}

static gboolean ask_ids(const Ask *ask, GError **error)
{
  const Report *report = ask->report;
  Facts *facts = ask->facts;
  return find(ask, report->original.message_ids, sent_by_id, &facts->id, error)
         && find(ask, report->envelope_ids, sent_by_id, &facts->id, error)
         && find(ask, report->refer_backs, sent_by_id, &facts->refer_back, error)
         && find(ask, report->tokens, sent_by_id, &facts->token, error)
         && find(ask, report->original.id_prefixes, sent_by_start, &facts->id_start, error)
         && find(ask, report->original.other_ids, sent_by_id, &facts->other_id, error)
         && find(ask, report->refer_backs, sent_by_reply, &facts->letter, error);
}

/* The time when the report came: its own Date counts only where the mailbox does not tell. */
static gint64 came(const Report *report, const FactsQuery *query)
{
  gint64 time = query->arrived != 0 ? query->arrived : report->date != 0 ? report->date : query->now;
  return query->now != 0 ? MIN(time, query->now) : time;
}

/* The time when the report was written. After a move to another server, a mailbox may give every message the day of the
 * move. An earlier Date of the report itself is therefore believed: it asks for more coverage, never for less. */
static gint64 written(const Report *report, gint64 end)
{
  return report->date >= YEAR_1980 && report->date < end ? report->date : end;
}

static void set_need(const Ask *ask)
{
  gint64 date = ask_original_date(ask), from = ask->written - ASK_WINDOW;
  ask->facts->need_to = ask->came;
  ask->facts->need_from = date >= from ? MIN(date, from + ASK_WINDOW) - ASK_DAY : from;
}

static gboolean ask_all(const Ask *ask, GError **error)
{
  set_need(ask);
  return newsender_own_word(ask->ledger, ask->facts, ask->report, error) && ask_ids(ask, error) && ask_fit(ask, error)
         && ask_owner(ask, error) && ask_hand(ask, error) && ask_signed(ask, error) && ask_marks(ask, error)
         && ask_people(ask, error) && ask_tools(ask, error) && ask_words(ask, error)
         && coverage_ask(ask->ledger, ask->facts, ask->report, ask->query, error);
}

Facts *ledger_facts(Ledger *ledger, const Report *report, const FactsQuery *query, GError **error)
{
  g_autoptr(Facts) facts = facts_new();
  gint64 end = came(report, query);
  const Ask ask = { ledger, report, query, facts, end, written(report, end) };
  /* all questions see the same state of the ledger, whoever writes meanwhile */
  gboolean own = !db_in_transaction(ledger);
  if (own && !ledger_view_begin(ledger, error)) return NULL;
  gboolean ok = ask_all(&ask, error);
  if (own) ok = db_end(ledger, ok, error);
  return ok ? g_steal_pointer(&facts) : NULL;
}

gboolean ledger_knows_original(Ledger *ledger, const Report *report, gboolean *known, GError **error)
{
  const GPtrArray *const lists[] = { report->original.message_ids, report->envelope_ids };
  gint64 sent = 0;
  for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
    for (guint k = 0; k < lists[i]->len && sent == 0; k++)
      if (!sent_by_id(ledger, g_ptr_array_index(lists[i], k), &sent, error)) return FALSE;
  *known = sent != 0;
  return TRUE;
}

gboolean ledger_view_begin(Ledger *ledger, GError **error) { return db_run(ledger, error, "BEGIN", ""); }

gboolean ledger_view_end(Ledger *ledger, GError **error) { return db_end(ledger, TRUE, error); }
