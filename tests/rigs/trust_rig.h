/* trust_rig.h - a Sent folder and the answers that test it, for the tests of what coverage claims. */
#pragma once
#include "tests/rigs/facts_rig.h"

/* The owner's address, and the right side of the ids of the owner's mail. */
#define TRUST_ME "me@example.org"
#define TRUST_SIDE "mail.my.example"

/* A ledger in memory with one account, "home", that has these addresses and a Sent folder known for 400 days. The
 * caller closes it. */
Ledger *trust_ledger(const char *addresses, gboolean trust_sent);
/* Adds a sent message of account home to a folder. delivered: it bears fields of received mail. */
void trust_send(Ledger *ledger, const char *folder, const char *from, const char *id, const char *to,
                const char *subject, gint64 date, gboolean delivered);
/* Adds a letter to each of ten friends every ten days, s<day>@TRUST_SIDE: the ledger then knows whom the owner writes
 * to and with which ids. */
void trust_letters(Ledger *ledger);

typedef struct {
  const char *from;    /* "@DOMAIN": another person each time; NULL: the ten friends */
  const char *to;      /* ';'-separated; NULL: the owner alone */
  const char *names;   /* the id that is answered */
  const char *subject; /* NULL: none */
  gint64 ago;          /* days */
} TrustAnswer;

/* Receives n answers, ten a week. The first `missing` ones name ids with this right side that the ledger does not have,
 * the others name letters. model: what all of them have in common; NULL: nothing. */
void trust_answers(Ledger *ledger, guint n, guint missing, const char *side, const TrustAnswer *model);

/* Does coverage hold for a report to the address (NULL: to none) that came so many days ago? *gap, unless gap is NULL,
 * gets the sentence that says what is missing; the caller frees it. */
gboolean trust_covered(Ledger *ledger, const char *address, gint64 ago, char **gap);
