/* facts_rig.h - what the owner sent, for the tests of facts about a report. */
#pragma once
#include "tests/rigs/ledger_rig.h"

/* A ledger in memory that knows nine sent messages of two accounts (see the table in facts_rig.c). The caller closes
 * it. */
Ledger *rig_facts_ledger(void);
/* Adds the parts of a ';'-separated text (NULL: none). */
void rig_fill(GPtrArray *list, const char *text);
void rig_assert_word(guint row, const char *what, const char *got, const char *want);
/* Records a report of account home, judged at RIG_NOW, as the pass does. */
void rig_facts_record(Ledger *ledger, const Report *report, VerdictCode code, guint32 uid);
