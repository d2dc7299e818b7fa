/* sent.h - the sent mail, and for which times it is known to be complete (coverage). */
#pragma once
#include "filter/filter.h"
#include "ledger/complete.h"
#include "ledger/folder.h"

/* One message of a Sent folder. */
typedef struct {
  guint32 uid;
  gint64 stored;              /* INTERNALDATE, Unix seconds, 0 unknown */
  const SentMessage *message; /* borrowed */
} SentRow;

/* Adds n messages of account's folder and sets its mark, in one transaction: killed in the middle, neither happened. A
 * failure of power may undo the last batches, each with its mark, until the next transaction of another kind. The more
 * messages at once, the less each of them costs: pages of every table are written once a batch.
 * A message already known in that folder (same Message-ID, or same date, subject and recipients where it has none) is
 * not added twice, so a folder may be read afresh. mark->oldest is updated here, with the later of Date and
 * INTERNALDATE of each message (an implausible one, in the future or before 1980, is not counted). Recipients become
 * automatic entries of the allowlist, capped (newsender.h). */
gboolean sent_add(Ledger *ledger, const char *account, const char *folder, const SentRow *rows, guint n,
                  FolderMark *mark, GError **error);

/* The same for messages that `reading` has taken since it was noted last (complete.h), which is noted in the same
 * transaction. *added: how many the folder did not have. */
gboolean sent_read(Ledger *ledger, Reading *reading, const SentRow *rows, guint n, FolderMark *mark, guint *added,
                   GError **error);
/* *count: how many of them are no older than `since` (Unix seconds) and have an id that no message has that is known.
 */
gboolean sent_count_unknown(Ledger *ledger, const SentRow *rows, guint n, gint64 since, guint *count, GError **error);

/* Adds messages that the owner hands over (`record`): known as sent, no coverage of its own. */
gboolean sent_record(Ledger *ledger, const SentMessage *const *messages, guint n, guint *added, GError **error);
/* The date of the oldest message that was handed over and is from one of these addresses (patterns, see
 * address_matches()), Unix seconds; 0: none was. -1 on error. */
gint64 sent_recorded_since(Ledger *ledger, const char *patterns, GError **error);

/* How many sent messages are known, of an account or (NULL) of all. -1 on error. */
gint64 sent_count(Ledger *ledger, const char *account, GError **error);

/* Coverage of one Sent folder in use. from 0: none. Only mail from the owner's addresses makes coverage. A folder below
 * another one ("Sent/2026") begins when that one does. */
typedef struct {
  char *account, *folder;
  gint64 from, to; /* Unix seconds */
  Evidence *why;   /* the same as code and arguments (filter/sentences.c); NULL */
  char *none; /* why the folder gives no coverage though it was read, a sentence: it is watched, or what is in it is
                 not from the owner; NULL */
} Coverage;
void coverage_free(Coverage *coverage);
/* Of every Sent folder in use of configured accounts (account NULL) or of one: list of Coverage*. */
GPtrArray *coverage_list(Ledger *ledger, const char *account, GError **error);

/* Why this folder says nothing about what was sent, one sentence in the language of the program that asks: it was never
 * read to its end, has never held a message, is watched, or holds mail that is not from the owner. NULL: it does say
 * it. The caller frees. */
char *coverage_lack(const Coverage *coverage);

/* A time in which mail may have been sent that the ledger does not know, though coverage spans it: messages came to the
 * Sent folder and were gone again before anybody looked, or it was renumbered. An original that may have been sent in
 * it is not covered. */
typedef struct {
  char *account, *folder;
  gint64 since, until; /* Unix seconds */
  char *reason;        /* one clause for people: "3 messages came to it and were gone before they could be read" */
} CoverageGap;
void coverage_gap_free(CoverageGap *gap);
/* Notes a gap of account's Sent folder. To be called before the mark moves past it: one that is noted twice or overlaps
 * another becomes one with it (the newer reason stays). Needs since < until; else nothing is noted. */
gboolean coverage_gap_add(Ledger *ledger, const char *account, const char *folder, gint64 since, gint64 until,
                          const char *reason, GError **error);
/* Forgets the gap that was noted for exactly this time: nothing was missed after all. Where it has become one with
 * another gap it stays. */
gboolean coverage_gap_take_back(Ledger *ledger, const char *account, const char *folder, gint64 since, gint64 until,
                                GError **error);
/* Gaps of Sent folders in use that end after `since`, of account or (NULL) all configured ones, oldest first: list of
 * CoverageGap*. */
GPtrArray *coverage_gaps(Ledger *ledger, const char *account, gint64 since, GError **error);
