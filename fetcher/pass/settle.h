/* settle.h - intents carried out, and those that were interrupted brought to their end by looking at the server. */
#pragma once
#include "fetcher/pass/run.h"

/* Where is the message? *uid: its UID in place's folder, which is open then; 0 when it is not there. With UIDVALIDITY
 * unchanged and a UID known the UID decides; else Message-ID, size and digest do, and a message that is another entry's
 * is not taken (except: the id of the entry it is about). A folder that does not exist holds nothing. */
gboolean settle_locate(Run *run, const Place *place, const Fingerprint *fingerprint, gint64 except, guint32 *uid,
                       GError **error);

/* Carries out one intent just written to the journal, or, resumed, one that may have been half done. Where it cannot be
 * carried out for reasons of this message or folder, the journal says `failed` with the reason, and the result is TRUE:
 * read the entry. A q_intent whose message cannot be seen at home then stays as it is, for the next connect. */
gboolean settle_one(Run *run, const Entry *entry, gboolean resumed, GError **error);

/* Moves all q_intent entries (Entry*) of one watched folder, which is open, at once; except those whose message is
 * flagged or answered by now, which become `kept` with the reason. */
gboolean settle_batch(Run *run, const char *folder, GPtrArray *entries, GError **error);

/* All unfinished intents of the account. To be called on every connect, before anything else is moved. */
gboolean settle_all(Run *run, GError **error);

/* Where the store removes late (STORE_REMOVES_LATE): makes what was moved leave now, and looks whether it has. To be
 * called once when all else of a pass is done. */
gboolean settle_leaving(Run *run, GError **error);
