/* check_dns.h - `backstop check --dns`: tries, with the network, the checks that ask the domain name system, and those of
 *               words, which ask nobody. */
#pragma once
#include "ledger/facts.h"
#include "ui/terminal/jsonl.h"
#include "ui/terminal/ui.h"

typedef struct CheckDns CheckDns;

/* Tries SPF and reverse names, whether they are switched on or not, and the blocklists, words and patterns
 * that the configuration names.
 * NULL with error. */
CheckDns *check_dns_new(const Ui *ui, GError **error);
void check_dns_free(CheckDns *dns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckDns, check_dns_free)
/* Switches the checks on in this question to the ledger. */
void check_dns_switch_on(const CheckDns *dns, FactsQuery *query);
/* Looks up what the facts of a report lack, in five seconds at most, and stores it. */
gboolean check_dns_look_up(CheckDns *dns, Ledger *ledger, const Report *report, GError **error);

/* What came of each check, with its weight; and why names could not be looked up. */
void check_dns_print(const CheckDns *dns, const Facts *facts);
/* "dns": a list of {check, weight, text}. */
void check_dns_json(const CheckDns *dns, const Facts *facts, JsonBuilder *line);
