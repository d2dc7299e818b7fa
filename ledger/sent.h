/* sent.h - the sent mail, and for which times it is known to be complete (coverage). */
#pragma once
#include "filter/filter.h"
#include "ledger/account.h"

/* One message of a Sent folder. */
typedef struct {
  guint32 uid;
  gint64 stored;              /* INTERNALDATE, Unix seconds, 0 unknown */
  const SentMessage *message; /* borrowed */
} SentRow;

/* Adds n messages of account's folder and sets its mark, in one transaction: killed in the middle, neither happened.
 * A message already known in that folder (same Message-ID, or same date, subject and recipients where it has none) is
 * not added twice, so a folder may be read afresh. mark->oldest is updated here, with the later of Date and
 * INTERNALDATE of each message (an implausible one, in the future or before 1980, is not counted). Recipients become
 * automatic entries of the allowlist, capped (newsender.h). */
gboolean sent_add(Ledger *ledger, const char *account, const char *folder, const SentRow *rows, guint n, FolderMark *mark,
                  GError **error);

/* Adds messages that the owner hands over (`record`): known as sent, no coverage. */
gboolean sent_record(Ledger *ledger, const SentMessage *const *messages, guint n, guint *added, GError **error);

/* How many sent messages are known, of an account or (NULL) of all. -1 on error. */
gint64 sent_count(Ledger *ledger, const char *account, GError **error);

/* Coverage of one Sent folder in use. from 0: none. */
typedef struct {
  char *account, *folder;
  gint64 from, to; /* Unix seconds */
} Coverage;
void coverage_free(Coverage *coverage);
/* Of every Sent folder in use of configured accounts (account NULL) or of one: list of Coverage*. */
GPtrArray *coverage_list(Ledger *ledger, const char *account, GError **error);
