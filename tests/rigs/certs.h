/* certs.h - throw-away certificates for scripted servers. */
#pragma once
#include <gnutls/gnutls.h>

/* Which certificate it shows. All but SELF_SIGNED and STRANGER are signed by the authority in certs_ca_file(). */
typedef enum { CERT_NONE, CERT_GOOD, CERT_OTHER_NAME, CERT_EXPIRED, CERT_SELF_SIGNED, CERT_STRANGER, CERT_N } Cert;

/* Makes keys and certificates, once per program, and removes them: the set-up and the tear-down of a group of cmocka's
 * cases. Always 0. */
int certs_set_up(void **state);
int certs_tear_down(void **state);
/* PEM file of the authority; borrowed, removed by certs_tear_down(). */
const char *certs_ca_file(void);
/* What a server shows; NULL for CERT_NONE. Borrowed. */
gnutls_certificate_credentials_t certs_credentials(Cert cert);
