/* folders.h - which of an account's folders are Sent, Trash and quarantine. */
#pragma once
#include "fetcher/run.h"

/* Lists the server's folders and fills in run->folders, trash, quarantine. */
gboolean folders_find(Run *run, GError **error);
/* Fills in run->sent: as configured; else by SPECIAL-USE (RFC 6154); else by the usual names, where those at the top
 * win and empty ones count only if all are. None found leaves it empty. The ledger is told which ones are in use. A
 * configured Sent folder that is not there is CONFIG_ERROR_INVALID, and nothing is guessed instead. */
gboolean folders_find_sent(Run *run, GError **error);
/* Makes the quarantine folder where it is missing and learns its UIDVALIDITY. Where nothing will be moved
 * (run->moves), a missing one stays missing. */
gboolean folders_prepare_quarantine(Run *run, GError **error);
