/* signer.h - who signs the owner's mail (DKIM), learned from what came back of it, and the keys of these signers. */
#pragma once
#include "filter/filter.h"
#include "ledger/ledger.h"

/* What a message shows of who signed it, where its id says that it is the owner's. */
typedef struct {
  GPtrArray *signatures; /* DkimSignature* */
  GPtrArray *recipients; /* char*: addresses it shows as its own recipients, or as failed */
  gboolean bare;         /* its header is whole, and no signature field is in it */
} Sighting;

/* What a report shows of its original; NULL: nothing that could teach anything. */
Sighting *sighting_of_report(const Report *report);
void sighting_free(Sighting *sighting);

/* Learns from an ordinary message that is a copy of a sent one, by its id: any other message teaches nothing. account
 * is not asked: sent mail of all accounts counts. fields: raw header lines as they came, at most LEARN_READ_LIMIT
 * bytes. */
gboolean signer_learn(Ledger *ledger, gint64 account, Span fields, GError **error);

/* Adds the names of TXT records to ask for now (char*, "s._domainkey.d"), at most `most` in all: the keys of learned
 * signers alone, each once a day. */
gboolean signer_wants(Ledger *ledger, gint64 now, guint most, GPtrArray *names, GError **error);
/* Takes the answer for such a name: the texts of its records, the strings of each joined, NULL-terminated; none (or
 * nothing but withdrawn keys) says that the key is withdrawn. Call it for answers alone, never for a failure. Names
 * that nobody wanted change nothing. */
gboolean signer_take(Ledger *ledger, const char *name, const char *const *records, gint64 now, GError **error);
