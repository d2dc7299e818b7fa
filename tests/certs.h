/* certs.h - throw-away certificates for scripted servers. */
#pragma once
#include "tests/peer.h"
#include <gnutls/gnutls.h>

/* What a server shows; NULL for CERT_NONE. Borrowed. */
gnutls_certificate_credentials_t certs_credentials(Cert cert);
