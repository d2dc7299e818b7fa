/* heal.c - verdicts that mend themselves.
 * Owns:     table healing: what is judged again, what goes back by itself, and what is only told.
 * Must not: move anything; bring back what rests on a stranger's word alone.
 * Fails:    LEDGER_ERROR; a run is in whole or not at all.
 * Tests:    tests/ledger/test_heal.c, tests/ledger/test_heal_second.c */
#include "ledger/heal.h"
#include "ledger/kept.h"
#include "ledger/wish.h"

#define DAY ((gint64)86400)
#define FORGOTTEN_AT_ONCE 200

void heal_result_clear(HealResult *result)
{
  g_clear_pointer(&result->back, g_array_unref);
  g_clear_pointer(&result->told, g_array_unref);
}

void healing_free(Healing *healing)
{
  if (healing == NULL) return;
  g_free(healing->code);
  g_free(healing);
}

static const char *code_of(const GPtrArray *evidence, guint decided)
{
  return decided < evidence->len ? ((const Evidence *)g_ptr_array_index(evidence, decided))->code : "";
}

static gboolean is_among(const char *code, const char *const *codes) { return g_strv_contains(codes, code); }

/* It fits a sent message, and not merely an address that the owner once wrote to. */
static gboolean is_by_message(const char *code)
{
  static const char *const codes[] = { "id-in-ledger",          "refers-to-sent", "text-names-sent",
                                       "recipient-and-subject", "own-allow",      NULL };
  return is_among(code, codes);
}

/* A sent message makes it unsure: coverage has nothing to do with it. The judges write that down as a line that speaks
 * for the owner, or say that another message was answered under its own id, or that the owner has denied this address.
 * A replayed id is no such message, since whoever has seen one can bring about any number of these. */
static gboolean is_unsure_by_message(const Verdict *verdict)
{
  static const char *const codes[] = { "another-id", "own-deny-known", NULL };
  const Evidence *decided = g_ptr_array_index(verdict->evidence, verdict->decided);
  if (mark_of_code(decided->code) != MARK_N) return FALSE; /* no sent message, and a stranger may have written it */
  return decided->side == EVIDENCE_FOR || is_among(decided->code, codes);
}

/* One report, judged again. */
typedef struct {
  const Entry *entry;
  const Report *report;
  const Facts *facts;
  const Verdict *verdict;
  guint cause;    /* HealCause */
  gboolean whole; /* all was kept that a judgement needs */
} Again;

/* Does it go back by itself, where its verdict has changed? */
static gboolean goes_back(const Again *again)
{
  const char *code = code_of(again->verdict->evidence, again->verdict->decided);
  gboolean denied = g_str_equal(code_of(again->entry->evidence, again->entry->decided), "own-deny");
  gboolean own = g_str_equal(code, "own-allow");
  gboolean found = (again->cause & HEAL_SENT) != 0 || denied;
  if (!again->whole) return again->verdict->code == VERDICT_GENUINE && (own || again->facts->id.shown != NULL);
  if (again->verdict->code == VERDICT_GENUINE) return is_by_message(code) || found;
  return again->verdict->code == VERDICT_UNSURE && found && is_unsure_by_message(again->verdict);
}

/* Is it worth telling? Of what was kept too little of, only what a sent message speaks for: all of it would look unsure
 * otherwise. */
static gboolean is_told(const Again *again)
{
  const char *code = code_of(again->verdict->evidence, again->verdict->decided);
  if (again->verdict->code == VERDICT_PASS) return FALSE;
  return again->whole || is_by_message(code) || is_unsure_by_message(again->verdict);
}

/* Others have moved it there: the owner, who knows why. */
static gboolean is_by_hand(const Entry *entry)
{
  return g_str_equal(code_of(entry->evidence, entry->decided), "by-hand");
}

/* *before: this message, or its copy, went back by itself once; *asked: an open request of the owner's wants it
 * elsewhere. */
static gboolean look_up_past(Ledger *ledger, const Entry *entry, gboolean *before, gboolean *asked, GError **error)
{
  gint64 healed = 0;
  const Fingerprint *fingerprint = &entry->fingerprint;
  g_autoptr(GError) problem = NULL;
  if (!db_number(ledger, error, &healed,
                 "SELECT EXISTS(SELECT 1 FROM entry JOIN healing ON healing.entry = entry.id WHERE digest = ?"
                 " AND message_id = ? AND back)",
                 "bs", fingerprint->digest, sizeof fingerprint->digest, fingerprint->message_id))
    return FALSE;
  g_autoptr(Wish) wish = wish_of_entry(ledger, entry->id, &problem);
  if (problem != NULL) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  *before = healed != 0;
  *asked = wish != NULL && wish->state == WISH_OPEN && wish->verb != WISH_RESTORE;
  return TRUE;
}

/* How many unsure ones of this account went back in the last seven days. */
static gboolean within_cap(Ledger *ledger, const Again *again, gint64 now, gboolean *within, GError **error)
{
  gint64 n = 0;
  *within = TRUE;
  if (again->verdict->code != VERDICT_UNSURE) return TRUE;
  if (!db_number(ledger, error, &n,
                 "SELECT count(*) FROM healing JOIN entry ON entry.id = healing.entry JOIN account ON account.id ="
                 " account WHERE back AND healing.verdict = 'unsure' AND healed > ? AND account.name = ?",
                 "is", now - 7 * DAY, again->entry->account))
    return FALSE;
  *within = n < HEAL_UNSURE_MOST;
  return TRUE;
}

static gboolean write_healing(Ledger *ledger, const Again *again, gint64 now, gboolean back, GError **error)
{
  return db_run(ledger, error,
                "INSERT INTO healing(entry, healed, verdict, code, back) VALUES(?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET healed = excluded.healed, verdict = excluded.verdict, code = excluded.code,"
                " back = max(back, excluded.back)",
                "iissd", again->entry->id, now, verdict_name(again->verdict->code),
                code_of(again->verdict->evidence, again->verdict->decided), back);
}

static gboolean write_verdict(Ledger *ledger, const Again *again, GError **error)
{
  g_autoptr(Entry) now =
      entry_new(again->entry->account, again->report, again->facts, again->verdict, MOVE_QUARANTINED);
  now->id = again->entry->id;
  return journal_judge_again(ledger, now, error);
}

/* What the second line moved was unsure before: it is unsure for another reason now, or not. */
static gboolean is_unchanged(const Again *again)
{
  const Verdict *verdict = again->verdict;
  const gboolean second = filter_is_second_line(code_of(again->entry->evidence, again->entry->decided));
  if (verdict->code == VERDICT_BACKSCATTER) return TRUE;
  if (verdict->code != again->entry->verdict) return FALSE;
  return !second || g_str_equal(code_of(verdict->evidence, verdict->decided), "not-covered");
}

static gboolean conclude(Ledger *ledger, const Again *again, gint64 now, HealResult *result, GError **error)
{
  gboolean before = FALSE, asked = FALSE, within = TRUE;
  gint64 id = again->entry->id;
  if (is_unchanged(again)) return db_run(ledger, error, "DELETE FROM healing WHERE entry = ? AND NOT back", "i", id);
  if (!look_up_past(ledger, again->entry, &before, &asked, error) || !within_cap(ledger, again, now, &within, error))
    return FALSE;
  if (asked || (!goes_back(again) && !is_told(again))) return TRUE;
  gboolean back = goes_back(again) && !before && within;
  if (!write_healing(ledger, again, now, back, error)) return FALSE;
  g_array_append_val(back ? result->back : result->told, id);
  return !back || (write_verdict(ledger, again, error) && wish_restore(ledger, id, error));
}

static gboolean judge(Ledger *ledger, gint64 id, guint cause, const Policy *policy, HealResult *result, GError **error)
{
  g_autoptr(Entry) entry = journal_get(ledger, id, error);
  Again again = { .entry = entry, .cause = cause };
  if (entry == NULL) return FALSE;
  if (entry->state != MOVE_QUARANTINED || entry->changed < policy->now - HEAL_DAYS * DAY || is_by_hand(entry))
    return TRUE;
  g_autoptr(Report) report = kept_read(ledger, entry, &again.whole, error);
  if (report == NULL) return FALSE;
  const FactsQuery query = {
    .account = entry->account, .arrived = entry->arrived, .now = policy->now, .seen = entry->judged, .prior = entry->id
  };
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, error);
  if (facts == NULL) return FALSE;
  facts->waited = TRUE;
  g_autoptr(Verdict) verdict = filter_judge(report, facts, policy);
  again.report = report;
  again.facts = facts;
  again.verdict = verdict;
  result->judged++;
  return conclude(ledger, &again, policy->now, result, error);
}

typedef struct {
  gint64 entry;
  guint cause;
} Due;

/* Takes what is due off the list. A message that is still on its way into quarantine stays on it until it has come. */
static GArray *take_due(Ledger *ledger, const char *account, guint limit, GError **error)
{
  g_autoptr(GArray) due = g_array_new(FALSE, FALSE, sizeof(Due));
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "DELETE FROM heal_due WHERE entry IN (SELECT heal_due.entry FROM heal_due JOIN entry ON entry.id ="
                 " heal_due.entry JOIN account ON account.id = account WHERE (?1 IS NULL OR account.name = ?1)"
                 " AND entry.state <> 'q_intent' ORDER BY heal_due.entry DESC LIMIT ?2) RETURNING entry, cause",
                 "su", account, limit))
    return NULL;
  while (rows_next(&rows, error)) {
    const Due one = { row_int(&rows, 0), (guint)row_int(&rows, 1) };
    g_array_append_val(due, one);
  }
  return rows.failed ? NULL : g_steal_pointer(&due);
}

/* The oldest of what was kept, where it is needed no more. */
static gboolean forget_old(Ledger *ledger, gint64 now, GError **error)
{
  g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT kept.entry FROM (SELECT entry FROM kept ORDER BY entry LIMIT ?) AS kept JOIN entry"
                 " ON entry.id = kept.entry WHERE state NOT IN ('q_intent', 'quarantined', 'waiting', 'kept')"
                 " OR judged < ?",
                 "di", FORGOTTEN_AT_ONCE, now - (HEAL_DAYS + 10) * DAY))
    return FALSE;
  while (rows_next(&rows, error)) {
    gint64 id = row_int(&rows, 0);
    g_array_append_val(ids, id);
  }
  if (rows.failed) return FALSE;
  rows_close(&rows);
  for (guint i = 0; i < ids->len; i++) {
    g_autoptr(Entry) entry = journal_get(ledger, g_array_index(ids, gint64, i), error);
    if (entry == NULL || !kept_forget(ledger, entry, error)) return FALSE;
  }
  return TRUE;
}

static gboolean run(Ledger *ledger, const char *account, const Policy *policy, guint limit, HealResult *result,
                    GError **error)
{
  g_autoptr(GArray) due = take_due(ledger, account, limit, error);
  if (due == NULL) return FALSE;
  for (guint i = 0; i < due->len; i++) {
    const Due *one = &g_array_index(due, Due, i);
    if (!judge(ledger, one->entry, one->cause, policy, result, error)) return FALSE;
  }
  result->further = due->len == limit;
  return forget_old(ledger, policy->now, error);
}

/* *any: something is due. Nothing is written where nothing is due: an idle daemon leaves the disk alone. */
static gboolean begin(Ledger *ledger, HealResult *result, gboolean *any, GError **error)
{
  gint64 due = 0;
  *result =
      (HealResult){ 0, g_array_new(FALSE, FALSE, sizeof(gint64)), g_array_new(FALSE, FALSE, sizeof(gint64)), FALSE };
  if (!db_number(ledger, error, &due, "SELECT EXISTS(SELECT 1 FROM heal_due)", "")) return FALSE;
  *any = due != 0;
  return due == 0 || db_begin(ledger, error);
}

gboolean heal_run(Ledger *ledger, const char *account, const Policy *policy, guint limit, HealResult *result,
                  GError **error)
{
  gboolean any = FALSE;
  if (!begin(ledger, result, &any, error)) return FALSE;
  if (!any || db_end(ledger, run(ledger, account, policy, limit, result, error), error)) return TRUE;
  g_array_set_size(result->back, 0);
  g_array_set_size(result->told, 0);
  return FALSE;
}

gboolean heal_preview(Ledger *ledger, const char *account, const Policy *policy, guint limit, HealResult *result,
                      GError **error)
{
  gboolean any = FALSE;
  if (!begin(ledger, result, &any, error)) return FALSE;
  gboolean good = !any || run(ledger, account, policy, limit, result, error);
  if (any) db_end(ledger, FALSE, NULL); /* takes it all back */
  return good;
}

static Healing *healing_of_row(const Rows *rows)
{
  Healing *healing = g_new0(Healing, 1);
  *healing = (Healing){ row_int(rows, 0), row_int(rows, 1), verdict_parse(row_text(rows, 2)), row_dup(rows, 3),
                        row_int(rows, 4) != 0 };
  return healing;
}

Healing *healing_get(Ledger *ledger, gint64 entry, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT entry, healed, verdict, code, back FROM healing WHERE entry = ?", "i",
                 entry))
    return NULL;
  return rows_next(&rows, error) ? healing_of_row(&rows) : NULL;
}

GPtrArray *healing_list(Ledger *ledger, const char *account, gboolean all, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)healing_free);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT healing.entry, healed, healing.verdict, code, back FROM healing JOIN entry ON entry.id ="
                 " healing.entry JOIN account ON account.id = account WHERE (?1 IS NULL OR account.name = ?1)"
                 " AND (?2 OR entry.state = 'quarantined') ORDER BY healed DESC, healing.entry DESC",
                 "sd", account, all))
    return NULL;
  while (rows_next(&rows, error)) g_ptr_array_add(list, healing_of_row(&rows));
  return rows.failed ? NULL : g_steal_pointer(&list);
}
