/* client.h - asks backstop-resolver, for as long as the caller can wait. Nothing that it does or leaves undone is more
 * than an answer that is not known: it is started when something is asked, and killed when its time is over, or when it
 * says what it was not asked. */
#pragma once
#include "filter/dns.h"
#include <gio/gio.h>

typedef struct DnsClient DnsClient;

/* program: its path; NULL: this installation has none. servers: name servers as it takes them (resolver.h); NULL: the
 * system's. Both are copied. */
DnsClient *dns_client_new(const char *program, char *const *servers, gboolean dnssec);
/* Ends the program, if it runs. */
void dns_client_free(DnsClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DnsClient, dns_client_free)

/* Asks all questions (DnsQuestion*, with a name of dns_name() each) at once, and adds to answers (DnsAnswer*) what
 * comes before the deadline, in monotonic microseconds. What was asked in one run counts together: beyond
 * DNS_QUESTIONS_MOST nothing is asked. FALSE: some are not answered; error says why, and is no more than something to
 * tell. A program that lies is not believed in anything that it said in this call, and not asked again before
 * dns_client_rest(). */
gboolean dns_client_ask(DnsClient *client, const GPtrArray *questions, gint64 deadline, GPtrArray *answers,
                        GError **error);
/* Nothing more is asked for now: ends the program. The next question starts another one. */
void dns_client_rest(DnsClient *client);
