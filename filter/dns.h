/* dns.h - questions to the domain name system and their answers, as the programs hand them on and the ledger keeps
 * them. Nothing here asks: only backstop-resolver speaks DNS. */
#pragma once
#include <glib.h>

typedef enum {
  DNS_A,
  DNS_AAAA,
  DNS_MX,
  DNS_PTR,
  DNS_TXT,
  DNS_RANGES, /* never asked: what an SPF record comes to (spf.h), made of answers of the other types */
  DNS_TYPES
} DnsType;
const char *dns_type_name(DnsType type); /* "TXT"; static */
gboolean dns_type_parse(const char *name, DnsType *type);

typedef enum {
  DNS_FOUND,
  DNS_NONE,  /* there is no such name, or it has nothing of this type */
  DNS_FAILED /* no answer, a broken one, or one that DNSSEC proves to be forged */
} DnsState;
const char *dns_state_name(DnsState state); /* "found"; static */
gboolean dns_state_parse(const char *name, DnsState *state);

typedef struct {
  DnsType type;
  char *name; /* as dns_name() gives it */
} DnsQuestion;

typedef struct {
  DnsQuestion question;
  DnsState state;
  GPtrArray *values; /* char*, of DNS_FOUND: each as dns_value_is_good() wants it; never NULL */
  guint ttl;         /* seconds for which it holds */
  gboolean secure;   /* DNSSEC proves it */
} DnsAnswer;

#define DNS_NAME_LONGEST 253
#define DNS_VALUES_MOST 64 /* of one answer */
#define DNS_VALUE_LONGEST 8192
#define DNS_QUESTIONS_MOST 200 /* of one wait */

/* The name in the form in which names are asked and kept: A-labels, lower case, no dot at the end. NULL for what cannot
 * be a name: empty, longer than 253 bytes, an empty label or one of more than 63 bytes, or other characters than
 * letters, digits, '-' and '_'. The caller frees. */
char *dns_name(const char *text);
/* The name under which the address (IPv4 or IPv6, as text) is asked for in a zone, as blocklists and in-addr.arpa have
 * it: "1.2.0.192.ZONE". NULL for what is no address, or where the name would be too long. The caller frees. */
char *dns_name_of_address(const char *address, const char *zone);
/* The same for the address's own name: in in-addr.arpa or ip6.arpa. */
char *dns_reverse_name(const char *address);

/* Is this what an answer of the type may hold? A, AAAA: the address in canonical form. PTR: a dns_name(). MX: a
 * preference, a space, a dns_name() ("." where there is no mail). TXT, RANGES: printable ASCII. */
gboolean dns_value_is_good(DnsType type, const char *value);

DnsQuestion *dns_question_new(DnsType type, const char *name);
void dns_question_free(DnsQuestion *question);
/* Adds the question to a list of DnsQuestion*, unless it is there, or the list holds DNS_QUESTIONS_MOST. name: as
 * dns_name() gives it. */
void dns_want(GPtrArray *questions, DnsType type, const char *name);

DnsAnswer *dns_answer_new(DnsType type, const char *name, DnsState state);
void dns_answer_free(DnsAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DnsAnswer, dns_answer_free)
