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
  MoveState state;
  char *account, *recipient, *reporter, *subject; /* recipient: the first failed recipient; NULL when absent */
} BrowseRow;
void browse_row_free(BrowseRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrowseRow, browse_row_free)
/* LEDGER_ERROR_MISSING when there is no such entry. */
BrowseRow *browse_row(Ledger *ledger, gint64 id, GError **error);

/* How many entries are in each view, and how many of them have an id above `looked`. */
typedef struct {
  guint view[BROWSE_VIEWS];
  guint fresh;        /* entries of WAITING with an id above `looked` */
  guint fresh_unsure; /* entries of UNSURE with an id above `looked` */
  guint genuine;      /* entries of GENUINE with an id above `looked` */
  gint64 newest;      /* the highest id, 0 for none */
} BrowseCounts;
/* account NULL: all. */
gboolean browse_counts(Ledger *ledger, const char *account, gint64 looked, BrowseCounts *counts, GError **error);

/* How many entries got this verdict since then (Unix seconds; the time of the judgement counts). */
gboolean browse_judged_since(Ledger *ledger, VerdictCode verdict, gint64 since, guint *count, GError **error);

/* Ids (gint64), newest first, of the reports that this own entry (newsender.h) would have made genuine: judged
 * backscatter or unsure, about a recipient it covers or written by a reporter it covers. As far as the journal tells:
 * the journal keeps a reporter's address, not the name of its machine. */
GArray *browse_touched(Ledger *ledger, const char *entry, GError **error);
