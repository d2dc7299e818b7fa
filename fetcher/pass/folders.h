/* folders.h - which of an account's folders are Sent, Trash and quarantine. */
#pragma once
#include "fetcher/pass/run.h"

/* Lists the server's folders and fills in run->folders: list, watched, trash, quarantine. Does nothing if that was
 * done on this connection within the last hour. */
gboolean folders_find(Run *run, GError **error);
/* A folder may have changed: the next pass lists all folders again. */
void folders_doubt(Run *run);
/* Forgets all about the folders. */
void folders_forget(Run *run);
/* Fills in run->folders.sent, and tells the ledger which Sent folders are in use. They are those of the configuration;
 * what else looks like Sent and holds mail is told by the account's notice. Without them, all that look like Sent
 * (sent_folders.h) and hold mail; where none of those that the server marks holds any, also the first of these.
 * Without STORE_LISTS_ALL only the configuration counts. The list is empty when no Sent folder is found; a folder comes
 * before the one that it lies below. CONFIG_ERROR_INVALID when a configured Sent folder is not there: then nothing is
 * guessed. */
gboolean folders_find_sent(Run *run, GError **error);
/* Is there anything that tells what the owner sent: Sent folders, those of another account, or `backstop record`? */
gboolean folders_tell_sent(const Run *run);
/* Decides whether mail is moved (run->folders.moves), makes the quarantine folder if it is missing, and learns its
 * UIDVALIDITY. If nothing will be moved, a missing quarantine folder stays missing, and the account's notice says why.
 * */
gboolean folders_prepare_quarantine(Run *run, GError **error);
