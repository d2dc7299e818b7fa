/* heal_rig.h - bounces that lie in quarantine, and what healing makes of them, by the real clock. */
#pragma once
#include "ledger/heal.h"
#include "tests/rigs/ledger_rig.h"

#define HOUR ((gint64)3600)

/* Now: what is quarantined, and when, is told by the real clock. */
gint64 heal_now(void);
/* "home" has a Sent folder that is known for 400 days. The caller closes it. */
Ledger *heal_ledger(void);
/* A forged bounce as it came an hour ago, about mail of two hours ago. The caller frees. */
Report *heal_forged(const char *id, const char *recipient, const char *subject);
/* Records a judged report that came an hour ago as moved to quarantine, under this UID there and before. Gives the
 * entry's id. */
gint64 heal_move(Ledger *ledger, const Report *report, const Facts *facts, const Verdict *verdict, guint32 uid);
/* A message that was sent so many seconds ago is found in Sent now. */
void heal_found(Ledger *ledger, const char *id, const char *recipient, const char *subject, gint64 ago);

typedef enum { STAYS, BACK, TOLD } HealOutcome;
/* Heals all there is, of at most one entry. */
HealOutcome heal_all(Ledger *ledger);
