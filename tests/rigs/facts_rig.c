/* facts_rig.c - what the owner sent, for the tests of facts about a report
 * Owns:     the table of sent messages.
 * Must not: depend on the day it runs on.
 * Fails:    as a test.
 * Tests:    used by tests/ledger/test_facts.c and test_facts_weak.c */
#include "tests/rigs/facts_rig.h"

/* What the owner sent: ago in seconds before RIG_NOW. */
static const struct {
  const char *account, *folder, *ids, *to, *subject;
  gint64 ago;
} sent[] = {
  { "home", "Sent", "plain@me;alias@me", "bob@there.example;eve@there.example", "Minutes of Monday", 2 * DAY },
  { "home", "Sent", "older@me", "bob@there.example", "Minutes of Monday", 30 * DAY },
  { "home", "Sent", "fortnight@me", "tom@there.example", "Fortnight", 14 * DAY },
  { "home", "Sent", "late@me", "tim@there.example", "Late", 14 * DAY + 1 },
  { "home", "Sent", "next@me", "ann@there.example", "Tomorrow", -DAY },
  { "home", "Sent", "after@me", "amy@there.example", "Tomorrow", -DAY - 1 },
  { "home", "Sent", "bare@me", "nosubject@there.example", NULL, DAY },
  { "home", "Sent", "re@me", "re@there.example", "Re:", DAY },
  { "work", "Gesendet", "work@me", "boss@work.example", "Grüße", 3 * DAY },
};

Ledger *rig_facts_ledger(void)
{
  Ledger *ledger = rig_ledger();
  for (guint i = 0; i < G_N_ELEMENTS(sent); i++)
    rig_add(ledger, sent[i].account, sent[i].folder, sent[i].ids, sent[i].to, sent[i].subject, RIG_NOW - sent[i].ago,
            RIG_NOW);
  return ledger;
}

void rig_fill(GPtrArray *list, const char *text)
{
  g_auto(GStrv) parts = g_strsplit(text != NULL ? text : "", ";", -1);
  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0') g_ptr_array_add(list, g_strdup(*part));
}

void rig_assert_word(guint row, const char *what, const char *got, const char *want)
{
  if (g_strcmp0(got, want) != 0) fail_msg("row %u: %s is %s, not %s", row, what, got, want);
}

void rig_facts_record(Ledger *ledger, const Report *report, VerdictCode code, guint32 uid)
{
  GError *error = NULL;
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
  OK(facts != NULL);
  g_autoptr(Entry) entry = rig_entry("home", report, facts, code, MOVE_KEPT, uid);
  entry->arrived = entry->judged = RIG_NOW;
  rig_record(ledger, entry);
}
