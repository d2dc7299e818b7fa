/* ask.h - one question to the ledger while it is answered: what the files that gather facts share. Part of private.h's
 * room; no other room includes it. */
#pragma once
#include "ledger/private.h"

#define ASK_DAY ((gint64)86400)
#define ASK_WINDOW (FACTS_WINDOW_DAYS * ASK_DAY)

typedef struct {
  Ledger *ledger;
  const Report *report;
  const FactsQuery *query;
  Facts *facts;   /* the answer, filled in step by step */
  gint64 came;    /* when the report came, Unix seconds */
  gint64 written; /* when it was written: its own Date where that is earlier, and can be true */
} Ask;

/* ask.c: fills in *found with the text that was shown and the sent message in row `sent`. */
gboolean ask_found(const Ask *ask, const char *shown, gint64 sent, Found *found, GError **error);
/* ask.c: does it show what clears it: an id, a reference, a token, or a fit? */
gboolean ask_is_answered(const Facts *facts);
/* ask.c: the Date that the original shows; 0 if the Date is not plausible. */
gint64 ask_original_date(const Ask *ask);

/* facts_fit.c: the message that recipient, sender, subject and time fit (rule 5). */
gboolean ask_fit(const Ask *ask, GError **error);
/* facts_owner.c: is the original mail to the owner (rule 6)? And is its From a stranger to the ledger? */
gboolean ask_owner(const Ask *ask, GError **error);
/* facts_marks.c: the marks of the owner's own hand (rule 7), and an address that mail never left from. */
gboolean ask_marks(const Ask *ask, GError **error);
/* never_used.c: did it come to an address that mail never left from? own: own_load(). */
gboolean ask_unused(const Ask *ask, const GPtrArray *own, GError **error);
/* facts_signed.c: is the original signed, and in whose name (rule 7)? */
gboolean ask_signed(const Ask *ask, GError **error);
/* facts_hand.c: who handed the report in (rule 7). */
gboolean ask_hand(const Ask *ask, GError **error);
/* facts_people.c: whom the owner wrote to (rule 8). */
gboolean ask_people(const Ask *ask, GError **error);
/* facts_tools.c: what the checks of servers say, where a stranger handed it in. */
gboolean ask_tools(const Ask *ask, GError **error);
/* facts_words.c: what the words of the original say. */
gboolean ask_words(const Ask *ask, GError **error);
/* names.c: adds other ways to write this normalised address: a mail domain's second name, IDN and A-label, without the
 * host's name before the domain, without a tag, and what a gateway has packed into a local part. */
void names_of(const char *address, GPtrArray *names);
/* names.c: adds this domain in both of IDN's forms, and (above_too) the domains above it that have two labels or more.
 */
void domains_of(const char *domain, gboolean above_too, GPtrArray *domains);
/* names.c: adds this domain in both of IDN's forms, and the other name of its provider. */
void domains_alike(const char *domain, GPtrArray *domains);
/* names.c: are the local parts of these addresses the same but for dots and a tag behind '+'? Gmail takes them for the
 * same, and people who write them do. */
gboolean locals_alike(const char *a, const char *b);
/* names.c: do the local parts of these addresses differ by one or two letters, as where one was mistyped? */
gboolean locals_near(const char *a, const char *b);
