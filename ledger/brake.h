/* brake.h - what a pass must know before it moves many messages of an account that is not plausible yet (answers.h). */
#pragma once
#include "ledger/answers.h"

/* Why an entry is kept that waits for the account to become plausible (Entry.braked), for people. */
#define BRAKE_REASON                                                                                                   \
  "it waits: nothing shows yet that Backstop reads the right Sent folders, and many messages would be moved"

typedef struct {
  gboolean plausible; /* see coverage_plausible() */
  guint moved;        /* what passes moved by themselves since the owner's last sweep, COVERAGE_BRAKE at most */
  guint waiting;      /* entries that are kept for this reason */
} Brake;
/* Moves that the owner's own entry or own hands brought about, or another machine, do not count as moved. */
gboolean brake_ask(Ledger *ledger, const char *account, Brake *brake, GError **error);

/* *told: a pass that had ended when the owner made this request (wish.h) had kept messages back for this reason,
 * so the owner knew. */
gboolean brake_told(Ledger *ledger, gint64 wish, gboolean *told, GError **error);
