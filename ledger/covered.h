/* covered.h - which verdicts an own entry would have changed so far. The owner sees this before or after the entry is
 * made. */
#pragma once
#include "ledger/journal.h"
#include "ledger/newsender.h"

typedef struct {
  GArray *changed; /* ids (gint64), ascending: reports that would have got another verdict */
  GArray *lying;   /* ids (gint64), ascending: those of them that lie in quarantine */
  guint answered;  /* how many of them answer mail of the owner's by its id */
} Covered;
void covered_clear(Covered *covered);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Covered, covered_clear)

/* list: ALLOW (backscatter and unsure would have been genuine) or DENY (what is not backscatter would have been).
 * entry: normal form. As far as the journal tells: the journal keeps a reporter's address, not the name of its
 * machine. */
gboolean covered_by(Ledger *ledger, NewsenderList list, const char *entry, Covered *covered, GError **error);
