/* heal_rig.c - bounces that lie in quarantine, and what healing makes of them
 * Owns:     nothing.
 * Must not: hold a case.
 * Fails:    as cmocka does.
 * Tests:    used by tests/ledger/test_heal.c, tests/ledger/test_heal_second.c */
#include "tests/rigs/heal_rig.h"
#include "ledger/db.h"

gint64 heal_now(void) { return db_now(); }

Ledger *heal_ledger(void)
{
  GError *error = NULL;
  static const char *const sent[] = { "Sent" };
  Ledger *ledger = rig_ledger();
  FolderMark mark = { 1, 2, heal_now() - 400 * DAY, heal_now() };
  OK(folder_use_sent(ledger, "home", sent, 1, &error));
  OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
  return ledger;
}

Report *heal_forged(const char *id, const char *recipient, const char *subject)
{
  Report *report = rig_report(id, recipient, subject);
  report->date = heal_now() - HOUR;
  report->original.date = id != NULL ? heal_now() - 2 * HOUR : 0;
  report->rank = RANK_NAMED;
  report->status_part = TRUE;
  report->original.header = id != NULL;
  return report;
}

gint64 heal_move(Ledger *ledger, const Report *report, const Facts *facts, const Verdict *verdict, guint32 uid)
{
  GError *error = NULL;
  g_autoptr(Entry) entry = entry_new("home", report, facts, verdict, MOVE_Q_INTENT);
  g_autofree char *text = g_strdup_printf("message %u", uid);
  g_autoptr(GBytes) head = g_bytes_new(text, strlen(text));
  fingerprint_init(&entry->fingerprint, "report@mx.example", strlen(text), head);
  entry->arrived = heal_now() - HOUR;
  place_set(&entry->home, "INBOX", 7, uid);
  place_set(&entry->away, "Backscatter", 3, 0);
  rig_record(ledger, entry);
  OK(journal_confirm(ledger, entry->id, &(Place){ (char *)"Backscatter", 3, uid }, &error));
  return entry->id;
}

void heal_found(Ledger *ledger, const char *id, const char *recipient, const char *subject, gint64 ago)
{
  rig_add(ledger, "home", "Sent", id, recipient, subject, heal_now() - ago, heal_now());
}

HealOutcome heal_all(Ledger *ledger)
{
  GError *error = NULL;
  g_auto(HealResult) result = { 0 };
  const Policy policy = POLICY_DEFAULT(heal_now());
  OK(heal_run(ledger, NULL, &policy, 2000, &result, &error));
  assert_true(result.back->len + result.told->len <= 1);
  assert_false(result.further);
  return result.back->len > 0 ? BACK : result.told->len > 0 ? TOLD : STAYS;
}
