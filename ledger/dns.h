/* dns.h - what was learned from the domain name system, for as long as it holds. No network here: the worker asks
 * (fetcher/dns) and stores, facts are made of what is stored. */
#pragma once
#include "filter/dns.h"
#include "ledger/ledger.h"

/* Adds what is missing now to questions (DnsQuestion*). Called again after some of it was stored. */
typedef gboolean (*DnsCollect)(gpointer data, GPtrArray *questions, GError **error);

/* For how long one pass, or one `backstop check --dns`, waits for names in all, microseconds. */
#define DNS_WAIT ((gint64)5 * G_USEC_PER_SEC)

/* How long an answer is believed, whatever its TTL says; and how many are kept. */
#define DNS_SHORTEST 300
#define DNS_LONGEST 86400
#define DNS_ANSWERS_MOST 20000

/* *answer: what is stored of this question and holds at `now` (Unix seconds); NULL: nothing, so that it may be asked.
 * name: as dns_name() gives it. The caller owns it. */
gboolean dns_get(Ledger *ledger, DnsType type, const char *name, gint64 now, DnsAnswer **answer, GError **error);
/* Stores answers (DnsAnswer*), failures as well: until then they are not asked again. An answer with a value that is
 * not good (dns_value_is_good()), or with too many of them, is stored as a failure. What holds no more, and the oldest
 * ones beyond DNS_ANSWERS_MOST, are forgotten. */
gboolean dns_put(Ledger *ledger, const GPtrArray *answers, gint64 now, GError **error);
