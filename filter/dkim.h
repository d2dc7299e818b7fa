/* dkim.h - DKIM signatures (RFC 6376, 8301, 8463) of a message whose header alone is known: read now, verified later,
 * when a key is at hand. Nothing here asks DNS. */
#pragma once
#include "filter/span.h"

/* What is read of one header at most. Beyond any of these, nothing of the signature (or of the header) is believed. */
#define DKIM_HEADER_LONGEST ((gsize)65536) /* bytes */
#define DKIM_FIELDS_MOST 1000
#define DKIM_SIGNATURES_MOST 4
#define DKIM_SIGNED_NAMES_MOST 100 /* in h= */

typedef enum { DKIM_RSA_SHA256, DKIM_ED25519_SHA256 } DkimAlgorithm;

/* A signature that may be verified. "Signed" below: every field of that name in the header is covered, so that a field
 * which somebody added tells nothing. */
typedef struct {
  char *domain, *selector; /* d=, s=: lower case, ASCII */
  DkimAlgorithm algorithm;
  gboolean below;       /* the identity (i=) lies in a domain below d= */
  guint8 digest[32];    /* SHA-256 of the canonical header (3.7). It tells one signed header from all others, however
                           b= is written */
  guint8 *value;        /* b=, decoded */
  gsize length;         /* bytes of value */
  gint64 made, expires; /* t=, x=: Unix seconds; 0 where absent */
  gint64 date;          /* the one Date, Unix seconds; 0 where it is not signed, absent or unreadable */
  char *from;           /* the one address of the one From field, normalised; NULL where there is none or another one */
  GPtrArray *recipients; /* char*: addresses of To and Cc, normalised, those of a name that is signed; never NULL */
} DkimSignature;

void dkim_signature_free(DkimSignature *signature);

/* Adds the signatures of a header to signatures (with dkim_signature_free()), the lowest first (who signed first), at
 * most DKIM_SIGNATURES_MOST in all. Refused are rsa-sha1, l=, From not signed, and what is malformed. header: raw
 * bytes, CRLF or LF, up to its empty line or its end. */
void dkim_read(Span header, GPtrArray *signatures);
/* Who says so in the value of a DKIM-Signature field: d=, also of a signature that is refused; NULL: nobody. The caller
 * frees. */
char *dkim_signer(Span value);

/* The name at which the key is published: "s._domainkey.d"; NULL where that is too long for DNS. The caller frees. */
char *dkim_key_name(const char *domain, const char *selector);

typedef enum {
  DKIM_VERIFIED,  /* the fields are as they were signed */
  DKIM_FALSE,     /* they are not, or another key signed them */
  DKIM_WITHDRAWN, /* the record says that the key is withdrawn: an empty p= */
  DKIM_NO_KEY     /* the record is no key for this signature, a key for tests (t=y), or too short a key (RFC 8301) */
} DkimResult;

#define DKIM_RECORD_LONGEST 4096 /* bytes */

/* Verifies the header of a signature with a key record (3.6.1): the text of the TXT record, its strings joined. The
 * body is unknown, and so is the body's hash: it only stands in what is signed. */
DkimResult dkim_verify(const DkimSignature *signature, const char *record);
/* Does the record hold a key that some signature could be verified with? DKIM_VERIFIED: yes. */
DkimResult dkim_record_check(const char *record);
