/* spf.h - which hosts may send mail of a domain, by its SPF record (RFC 7208), as a list of address ranges that is made
 * once a day and matched without a network. A reader of our own: the libraries at hand evaluate macros that a stranger
 * fills in, and ask while they match. */
#pragma once
#include "filter/dns.h"

/* Looks up an answer; borrowed until the flattening ends. NULL: it is not known yet. */
typedef const DnsAnswer *(*SpfAsk)(gpointer data, DnsType type, const char *name);

typedef enum {
  SPF_READY,
  SPF_WAITS, /* `ask` has not known everything */
  SPF_FAILS  /* a name server gave no answer */
} SpfState;

/* *ranges, of SPF_READY: ranges with a space between, in the order in which they are matched, each with '+' (pass), '-'
 * (fail), '~' (softfail), '?' (neutral) or 'u' (unknown) before an address with its length, or "all". "": the domain
 * has no SPF record. "uall": the record is wrong, or too long to follow: more than 10 terms that ask, more than two
 * answers of nothing, more than 150 ranges, two records, a loop. From `exists`, `ptr` or a macro on, everything is
 * unknown. The caller frees. */
SpfState spf_flatten(const char *domain, SpfAsk ask, gpointer data, char **ranges);

typedef enum { SPF_NOTHING, SPF_PASS, SPF_FAIL, SPF_SOFTFAIL } SpfResult;
/* What the ranges say of an address (as text). SPF_NOTHING: neutral, unknown, or no record. */
SpfResult spf_match(const char *ranges, const char *address);
