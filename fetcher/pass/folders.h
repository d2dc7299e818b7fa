/* folders.h - which of an account's folders are Sent, Trash and quarantine. */
#pragma once
#include "fetcher/pass/run.h"

/* Lists the server's folders and fills in run->folders.list, watched, trash, quarantine; unless that was done on this
 * connection within the last hour. */
gboolean folders_find(Run *run, GError **error);
/* One of them may not be what it was: they are listed anew at the next pass. */
void folders_doubt(Run *run);
/* Frees what was learnt about them. */
void folders_forget(Run *run);
/* Fills in run->folders.sent: as configured; else by SPECIAL-USE (RFC 6154); else by the usual names, where those at
 * the top win and empty ones count only if all are; without STORE_LISTS_ALL only as configured. None found leaves it
 * empty. The ledger is told which ones are in use. A configured Sent folder that is not there is CONFIG_ERROR_INVALID,
 * and nothing is guessed instead. */
gboolean folders_find_sent(Run *run, GError **error);
/* Does anything tell what the owner sent: folders, another account's, or `backstop record`? */
gboolean folders_tell_sent(const Run *run);
/* Decides whether mail is moved (run->folders.moves), makes the quarantine folder where it is missing and learns its
 * UIDVALIDITY. Where nothing will be moved, a missing one stays missing, and the account's notice says why. */
gboolean folders_prepare_quarantine(Run *run, GError **error);
