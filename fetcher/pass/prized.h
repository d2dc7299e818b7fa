/* prized.h - messages that the owner has flagged or answered are never moved into quarantine. */
#pragma once
#include "fetcher/pass/run.h"

/* The reason of an entry whose message stays for that. */
#define PRIZED_REASON "you have flagged or answered it, and such a message is never moved"

/* *prized: the message under uid in the open folder is flagged or answered now. */
gboolean prized_is(Run *run, guint32 uid, gboolean *prized, GError **error);
/* Of entries (Entry*, q_intent) whose messages lie in the open folder at their home.uid: those that are flagged or
 * answered by now become `kept` with the reason and are taken off the list. */
gboolean prized_drop(Run *run, GPtrArray *moving, GError **error);
/* The move of entry (q_intent) will not be made, since its message is flagged or answered: q_intent -> kept. copied:
 * the UID in folder `to` of a copy that an interrupted move has left there, 0 for none. The copy is taken back, but not
 * where it may be another machine's, which removes the source next. Another folder may be open afterwards. */
gboolean prized_leave(Run *run, const Entry *entry, const char *to, guint32 copied, GError **error);
