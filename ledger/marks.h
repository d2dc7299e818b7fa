/* marks.h - what is learned of the owner's own marks. For this room alone. */
#pragma once
#include "ledger/private.h"

/* id_mark.c: *side: the right side of this id, where it is a mark; NULL where not. domains: own_domains(). The caller
 * frees. */
gboolean id_mark_ask(Ledger *ledger, const char *id, const GPtrArray *domains, char **side, GError **error);
/* id_mark.c: the owner's right sides that no received message was seen to have: set of char*. The caller frees. */
GHashTable *id_mark_watched(Ledger *ledger, GError **error);
/* id_mark.c: a received message has this id: if that is none of the owner's, and its side is in the set, the side is
 * shared from now on, and leaves the set. */
gboolean id_mark_note(Ledger *ledger, GHashTable *sides, const char *id, GError **error);

/* relay.c: the hosts that passed an original on, but for those of its recipients and of the reporter: list of char*.
 * The caller frees. */
GPtrArray *relays_of(const Report *report);
/* relay.c: the host that brought the report itself, by its topmost Received field, which no stranger wrote; NULL. The
 * caller frees. */
char *relay_bearer(const Report *report);
/* relay.c: *own: this host passes on the owner's mail, and nobody else's as far as is known. */
gboolean relay_ask(Ledger *ledger, const char *host, gboolean *own, GError **error);
/* relay.c: learns from an entry that was just recorded. Within a transaction of the caller's. */
gboolean relay_note(Ledger *ledger, const Entry *entry, GError **error);

/* received.c: *found: a message with this id was received no later than `before`, Unix seconds; alone: by the owner
 * alone, and by no list. */
gboolean received_before(Ledger *ledger, const char *id, gint64 before, gboolean alone, gboolean *found,
                         GError **error);
