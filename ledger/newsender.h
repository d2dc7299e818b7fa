/* newsender.h - the newsender allowlist and the deny list.
 *
 * Own entries are what the owner added: allow, deny, or exclude (an automatic entry that shall not count). Automatic
 * entries are the recipients of sent mail, at most NEWSENDER_CAP, the least recently written-to dropped first; own
 * entries are never dropped. An entry is an address ("a@example.org"), or a domain with everything below it
 * ("@example.org"). An entry is compared with the failed recipients of a report, and with the domain of its From and of
 * its Reporting-MTA, which must both lie in the entry's; an address beats a domain, a longer domain a shorter, and deny
 * beats allow for the same text. */
#pragma once
#include "ledger/ledger.h"

#define NEWSENDER_CAP 30000

typedef enum { NEWSENDER_AUTOMATIC, NEWSENDER_ALLOW, NEWSENDER_DENY, NEWSENDER_EXCLUDE } NewsenderList;

/* Normal form of what a person typed: "Bob <Bob@Example.org>" → "bob@example.org", "example.org" → "@example.org".
 * NULL with LEDGER_ERROR_REFUSED and a remedy for anything else, and for a bare MAILER-DAEMON or postmaster. */
char *newsender_parse(const char *text, GError **error);

/* Adds an own entry (list: ALLOW, DENY or EXCLUDE), replacing another own entry with the same text. entry: normal
 * form. */
gboolean newsender_add(Ledger *ledger, NewsenderList list, const char *entry, GError **error);
/* allow remove: drops an own ALLOW entry; an automatic one is excluded instead (*excluded TRUE). deny remove (list
 * DENY): drops the DENY entry. LEDGER_ERROR_MISSING when there is no such entry. */
gboolean newsender_remove(Ledger *ledger, NewsenderList list, const char *entry, gboolean *excluded, GError **error);
/* Calls each with every entry of a list, by text; written: when last written to (automatic), else when added. Until
 * FALSE. */
typedef gboolean (*NewsenderEach)(const char *entry, gint64 written, gpointer data);
gboolean newsender_list(Ledger *ledger, NewsenderList list, NewsenderEach each, gpointer data, GError **error);
