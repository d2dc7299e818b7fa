/* own.h - which addresses and domains are the owner's: those that accounts list, and those that mail was sent from. For
 * this room alone. */
#pragma once
#include "ledger/private.h"

/* The addresses that each configured account lists, as account_configure() has them: list of char*. The caller frees.
 */
GPtrArray *own_load(Ledger *ledger, GError **error);
/* Does an account list this address? *literally becomes TRUE where it is listed without a '*'. A pattern that takes
 * every address lists none. */
gboolean own_lists(const GPtrArray *own, const char *address, gboolean *literally);
/* Is it, or is it without its tag ("me+shop@here"), listed without a '*'? */
gboolean own_is_listed(const GPtrArray *own, const char *address);
/* The address without its tag; NULL where it has none. The caller frees. */
char *own_untagged(const char *address);
/* *known: mail was sent from this address. */
gboolean own_is_sender(Ledger *ledger, const char *address, gboolean *known, GError **error);
/* *has: mail was sent from this address, or it is listed without a '*'. */
gboolean own_has(Ledger *ledger, const GPtrArray *own, const char *address, gboolean *has, GError **error);
/* The domains of the addresses that are listed, and of those that mail was sent from: list of char*, which may be cut
 * where it has OWN_DOMAINS_MOST. The caller frees. */
#define OWN_DOMAINS_MOST 200
GPtrArray *own_domains(Ledger *ledger, const GPtrArray *own, GError **error);
/* Those of the listed addresses and patterns alone. */
GPtrArray *own_listed_domains(const GPtrArray *own);
/* Is it this domain, or below it? */
gboolean own_is_within(const char *domain, const char *above);
