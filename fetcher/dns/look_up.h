/* look_up.h - one wait for all that facts lack: asks, stores, and asks for what the answers lead to. */
#pragma once
#include "fetcher/dns/client.h"
#include "ledger/dns.h"

/* Asks for what collect() finds to be missing, round after round, until nothing is, or *left (microseconds, which it
 * counts down) is over. What was asked and not answered is stored as a failure, so that it is not asked at once again.
 * *problem (NULL before; the caller frees): a sentence, why some names could not be looked up. FALSE, with error, only
 * where the ledger or collect() fails. */
gboolean dns_look_up(DnsClient *client, Ledger *ledger, DnsCollect collect, gpointer data, gint64 *left, char **problem,
                     GError **error);
