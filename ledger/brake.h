/* brake.h - what a pass must know before it moves many messages of an account that is not plausible yet (answers.h). */
#pragma once
#include "ledger/answers.h"

/* Why an entry is kept that waits for the account to become plausible (Entry.reason). */
#define BRAKE_REASON                                                                                                   \
  "it waits: nothing shows yet that Backstop reads the right Sent folders, and many messages would be moved"
/* The same, of a message that bears this machine's mark already: the server was too busy to move it before. It begins
 * with BRAKE_REASON. */
#define BRAKE_REASON_MARKED BRAKE_REASON " (the server had put it off before)"

typedef struct {
  gboolean plausible; /* see coverage_plausible() */
  guint moved;        /* what passes moved by themselves since the owner's last sweep, COVERAGE_BRAKE at most */
  guint waiting;      /* entries that are kept for one of these reasons */
} Brake;
/* Moves that the owner's own entry or own hands brought about, or another machine, do not count as moved. */
gboolean brake_ask(Ledger *ledger, const char *account, Brake *brake, GError **error);

/* *told: a pass that had ended when the owner made this request (wish.h) had kept messages back for one of these
 * reasons, so the owner knew. */
gboolean brake_told(Ledger *ledger, gint64 wish, gboolean *told, GError **error);
