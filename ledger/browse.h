/* browse.h - the journal as a window looks at it: which entries, in which order, and a few of them at a time. */
#pragma once
#include "ledger/journal.h"

/* The views. WAITING: all that waits for the owner, as JournalQuery.for_owner says (journal.h). UNSURE and TROUBLE are
 * parts of it: judged unsure; a move failed. */
typedef enum {
  BROWSE_WAITING,
  BROWSE_UNSURE,
  BROWSE_TROUBLE,
  BROWSE_RESTORED,
  BROWSE_DELETED,
  BROWSE_GENUINE,
  BROWSE_ALL,
  BROWSE_VIEWS
} BrowseView;

typedef enum {
  BROWSE_RECEIVED,
  BROWSE_VERDICT,
  BROWSE_RECIPIENT,
  BROWSE_REPORTER,
  BROWSE_SUBJECT,
  BROWSE_ACCOUNT,
  BROWSE_STATE,
  BROWSE_ORDERS
} BrowseOrder;

typedef struct {
  BrowseView view;
  const char *account; /* NULL: all */
  const char *text;    /* in reporter, recipients, subject or original's addresses; case ignored; NULL or "": any */
  BrowseOrder order;
  gboolean ascending;
} BrowseQuery;

/* The ids (gint64) of the entries that the query asks for, in its order; entries that are equal in this order come by
 * id, the newest first. */
GArray *browse_ids(Ledger *ledger, const BrowseQuery *query, GError **error);

/* What a list shows of an entry. Texts as the mail had them, cut where they are long. */
typedef struct {
  gint64 id, received; /* received: Unix seconds, by the mailbox, else when it was judged */
  VerdictCode verdict;
  VerdictCode now; /* in quarantine: what it would be judged by what is known now (heal.h); else the verdict */
  MoveState state;
  char *account, *recipient, *reporter, *subject; /* recipient: the first failed recipient; NULL when absent */
} BrowseRow;
void browse_row_free(BrowseRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrowseRow, browse_row_free)
/* LEDGER_ERROR_MISSING when there is no such entry. */
BrowseRow *browse_row(Ledger *ledger, gint64 id, GError **error);

/* How far somebody has looked at the journal: at every entry up to `id`, except those that were too fresh to judge
 * then. What becomes of those is news when they are judged again. */
#define BROWSE_WAITED_LONGEST 2000
typedef struct {
  gint64 id;                              /* 0: at none */
  char waited[BROWSE_WAITED_LONGEST + 1]; /* ids of the exceptions, ",17,18,"; the last ones are missing where they are
                                             too many */
} BrowseMark;
gboolean browse_mark_same(const BrowseMark *a, const BrowseMark *b);

/* How many there are in each view, and how many of them are new to somebody who has looked as far as `looked`. */
typedef struct {
  guint view[BROWSE_VIEWS];
  guint fresh;        /* new ones in WAITING */
  guint fresh_unsure; /* new ones in UNSURE */
  guint genuine;      /* new ones in GENUINE */
  BrowseMark mark;    /* of somebody who looks now */
} BrowseCounts;
/* account NULL: all. looked NULL: everything is new. */
gboolean browse_counts(Ledger *ledger, const char *account, const BrowseMark *looked, BrowseCounts *counts,
                       GError **error);

/* How many entries got this verdict since then (Unix seconds; the time of the judgement counts). */
gboolean browse_judged_since(Ledger *ledger, VerdictCode verdict, gint64 since, guint *count, GError **error);
