/* tls.h - a TLS session over a socket, and why it failed, in words. */
#pragma once
#include <gio/gio.h>
#include <gnutls/gnutls.h>

typedef struct {
  gnutls_session_t session;
  gnutls_certificate_credentials_t credentials;
} Tls;

/* A client session over fd (non-blocking, not owned) for TLS 1.2 and 1.3 that verifies the certificate against host in
 * the handshake; ca_file NULL: the system's. STORE_ERROR_FATAL when the authorities cannot be read. */
Tls *tls_new(int fd, const char *host, const char *ca_file, GError **error);
/* After the handshake: frees the authorities, which are megabytes. A session that asks for another handshake is refused
 * by whoever reads from it. */
void tls_settled(Tls *tls);
/* A store error for a failed handshake: where is "host:port", code GnuTLS's; upgraded: TLS began after a talk in clear
 * (STARTTLS). FATAL, or LINK when the connection broke. */
GError *tls_explain(const Tls *tls, int code, const char *where, gboolean upgraded);
void tls_free(Tls *tls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tls, tls_free)
