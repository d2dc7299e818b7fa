/* heal.h - verdicts that mend themselves: quarantined reports are judged again when more is known.
 *
 * What is due: sent_add() and sent_record() put down what shows an id or a recipient of a sent message that was found;
 * a change of addresses, Sent folders, own entries or trust-sent, a new gap, and a test of coverage that fails put down
 * what they may touch. heal_run() judges it again by what was kept (kept.h).
 *
 * Back to where it came from goes by itself (as a wish to restore it): what is genuine now by a sent message or by the
 * owner's own entry, and what is unsure now because of a sent message that was found since. It stays, and is told: what
 * is not backscatter any more only because coverage fell, what was kept too little of, and what was brought back once
 * before. Only what lies in quarantine is looked at: what the owner deleted stays deleted. */
#pragma once
#include "filter/filter.h"
#include "ledger/ledger.h"

#define HEAL_DAYS 90        /* since it was quarantined */
#define HEAL_UNSURE_MOST 50 /* unsure ones that go back by themselves, of an account in seven days; others are told */

/* Why something is to be judged again; may be added up. */
typedef enum { HEAL_SENT = 1, HEAL_COVERAGE = 2, HEAL_OWN = 4 } HealCause;

/* Puts down all that lies in quarantine for so many days. Within a transaction of the caller's. */
gboolean heal_queue_all(Ledger *ledger, HealCause cause, GError **error);
/* The same for what arrived between the two times, Unix seconds. */
gboolean heal_queue_time(Ledger *ledger, gint64 since, gint64 until, HealCause cause, GError **error);
/* The same for what an own entry of the allowlist ("bob@example.org", "@example.org") may be about. */
gboolean heal_queue_own(Ledger *ledger, const char *entry, GError **error);

typedef struct {
  guint judged;     /* how many were judged again */
  GArray *back;     /* gint64: entries that a wish to restore was made for */
  GArray *told;     /* gint64: entries whose verdict would change, and that stay */
  gboolean further; /* more are due: call again */
} HealResult;
void heal_result_clear(HealResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HealResult, heal_result_clear)

/* Judges again what is due of account (NULL: all), at most limit of them, in one transaction. result: zeroed; the
 * caller clears it. policy: as for new mail. */
gboolean heal_run(Ledger *ledger, const char *account, const Policy *policy, guint limit, HealResult *result,
                  GError **error);

/* What heal_run() would do now, for people who want to know before: nothing is written. */
gboolean heal_preview(Ledger *ledger, const char *account, const Policy *policy, guint limit, HealResult *result,
                      GError **error);

/* What came of an entry. */
typedef struct {
  gint64 entry;
  gint64 when;         /* Unix seconds */
  VerdictCode verdict; /* what it would be judged now */
  char *code;          /* of the evidence that decided */
  gboolean back;       /* it went back by itself; else it stays until the owner restores it */
} Healing;
void healing_free(Healing *healing);
/* Of account or (NULL) all, where the entry still lies in quarantine or `all`, newest first: list of Healing*. */
GPtrArray *healing_list(Ledger *ledger, const char *account, gboolean all, GError **error);
/* What came of this entry; NULL without error: nothing. */
Healing *healing_get(Ledger *ledger, gint64 entry, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Healing, healing_free)
