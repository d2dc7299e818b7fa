/* batch.h - some candidates of one folder on their way from reading to verdict to quarantine. */
#pragma once
#include "fetcher/pass/candidate.h"

/* Takes candidates (Candidate*) of one watched folder all the way: reads them, drops those that were judged before or
 * are no reports, brings Sent up to date, notes what else was received (see batch_receive(); NULL: nothing), judges,
 * records the entries and the folder's new mark in one transaction, and moves what must be moved. mark NULL: the mark
 * stays. scanned: when the scan that found the candidates began, Unix seconds. */
gboolean batch_process(Run *run, const char *folder, GPtrArray *candidates, const GArray *received,
                       const FolderMark *mark, gint64 scanned, GError **error);
/* Notes that messages of the open folder (GArray of guint32) cannot be read now, so that they are tried again, and says
 * so at the end of the pass. In a folder that is only swept, they wait for the owner's next sweep. */
gboolean batch_unread(Run *run, const char *folder, const GArray *uids, GError **error);
/* Notes ordinary mail (ReceivedRow) for the test of coverage, after Sent was looked at in this pass: an answer counts
 * only where it is from somebody the ledger wrote to. Noting it twice does no harm. */
gboolean batch_receive(Run *run, const GArray *received, GError **error);
