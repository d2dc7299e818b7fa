/* batch.h - a handful of candidates on their way from reading to verdict to quarantine. */
#pragma once
#include "fetcher/pass/candidate.h"

/* Takes candidates (Candidate*) of one watched folder all the way: reads each, drops what was judged before or is no
 * report, brings Sent up to date, judges, records all of it with the folder's new mark in one transaction, and moves
 * what is to be moved. mark NULL: leave it. scanned: when the scan that found them began, Unix seconds. */
gboolean batch_process(Run *run, const char *folder, GPtrArray *candidates, const FolderMark *mark, gint64 scanned,
                       GError **error);
