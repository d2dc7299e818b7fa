/* tls.c - a TLS session over a socket
 * Owns:     GnuTLS: protocol versions, trust, the words for a bad certificate.
 * Must not: wait, read or write by itself; use a session whose certificate was not verified.
 * Fails:    STORE_ERROR_FATAL for certificates, versions and trust; STORE_ERROR_LINK for a broken connection.
 * Tests:    tests/fetcher/net/test_stream.c */
#include "fetcher/net/tls.h"
#include "fetcher/store/store.h"
#include <gnutls/x509.h>

void tls_free(Tls *tls)
{
  if (tls == NULL) return;
  if (tls->session != NULL) gnutls_deinit(tls->session);
  if (tls->credentials != NULL) gnutls_certificate_free_credentials(tls->credentials);
  g_free(tls);
}

static gboolean trust(Tls *tls, const char *ca_file, GError **error)
{
  int n = ca_file != NULL ? gnutls_certificate_set_x509_trust_file(tls->credentials, ca_file, GNUTLS_X509_FMT_PEM)
                          : gnutls_certificate_set_x509_system_trust(tls->credentials);
  if (n > 0) return TRUE;
  if (ca_file != NULL)
    g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL, "No certificate can be read from %s: check ca-file.", ca_file);
  else
    g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL,
                "This computer has no certificate authorities: install ca-certificates, or set ca-file.");
  return FALSE;
}

Tls *tls_new(int fd, const char *host, const char *ca_file, GError **error)
{
  g_autoptr(Tls) tls = g_new0(Tls, 1);
  int code = gnutls_certificate_allocate_credentials(&tls->credentials);
  if (code == 0 && !trust(tls, ca_file, error)) return NULL;
  /* NO_SIGNAL: if the peer has gone, SIGPIPE must not end this process. */
  if (code == 0) code = gnutls_init(&tls->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  if (code == 0) code = gnutls_priority_set_direct(tls->session, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", NULL);
  if (code == 0) code = gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
  /* An IP address must not be sent as the server name (RFC 6066, 3), but the certificate is checked against the
   * address. */
  if (code == 0 && !g_hostname_is_ip_address(host))
    code = gnutls_server_name_set(tls->session, GNUTLS_NAME_DNS, host, strlen(host));
  if (code != 0) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL, "TLS cannot be set up: %s.", gnutls_strerror(code));
    return NULL;
  }
  gnutls_session_set_verify_cert(tls->session, host, 0);
  gnutls_handshake_set_timeout(tls->session, GNUTLS_INDEFINITE_TIMEOUT);
  gnutls_transport_set_int(tls->session, fd);
  return g_steal_pointer(&tls);
}

void tls_settled(Tls *tls)
{
  gnutls_credentials_clear(tls->session);
  g_clear_pointer(&tls->credentials, gnutls_certificate_free_credentials);
}

static gboolean is_self_signed(const Tls *tls)
{
  guint n = 0;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers(tls->session, &n);
  gnutls_x509_crt_t certificate;
  if (chain == NULL || n == 0 || gnutls_x509_crt_init(&certificate) != 0) return FALSE;
  gboolean same = gnutls_x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER) == 0
                  && gnutls_x509_crt_check_issuer(certificate, certificate) == 1;
  gnutls_x509_crt_deinit(certificate);
  return same;
}

static GError *bad_certificate(const Tls *tls, const char *where)
{
  guint status = gnutls_session_get_verify_cert_status(tls->session);
  const char *problem = "is not valid: ask whoever runs the server";
  if (status & GNUTLS_CERT_UNEXPECTED_OWNER)
    problem = "is for another host name: check host, or ask whoever runs the server";
  else if (status & GNUTLS_CERT_SIGNER_NOT_FOUND)
    problem = is_self_signed(tls) ? "is self-signed: if it is yours, name its file in ca-file"
                                  : "comes from an unknown issuer: if you trust it, name its certificate in ca-file";
  else if (status & GNUTLS_CERT_EXPIRED)
    problem = "has expired: check this computer's clock, or ask whoever runs the server";
  else if (status & GNUTLS_CERT_NOT_ACTIVATED)
    problem = "is not valid yet: check this computer's clock";
  else if (status & GNUTLS_CERT_REVOKED)
    problem = "was revoked: ask whoever runs the server";
  else if (status & GNUTLS_CERT_INSECURE_ALGORITHM)
    problem = "uses an algorithm that is no longer safe: ask whoever runs the server";
  else if (status & GNUTLS_CERT_PURPOSE_MISMATCH)
    problem = "is not meant for servers: ask whoever runs the server";
  return g_error_new(STORE_ERROR, STORE_ERROR_FATAL, "The certificate of %s %s. The password was not sent.", where,
                     problem);
}

GError *tls_explain(const Tls *tls, int code, const char *where, gboolean upgraded)
{
  switch (code) {
  case GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR:
  case GNUTLS_E_CERTIFICATE_ERROR: return bad_certificate(tls, where);
  case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
    return g_error_new(STORE_ERROR, STORE_ERROR_FATAL,
                       "%s speaks only a TLS version that is too old (before 1.2): ask whoever runs the server.",
                       where);
  case GNUTLS_E_FATAL_ALERT_RECEIVED: {
    gnutls_alert_description_t alert = gnutls_alert_get(tls->session);
    if (alert == GNUTLS_A_PROTOCOL_VERSION)
      return tls_explain(tls, GNUTLS_E_UNSUPPORTED_VERSION_PACKET, where, upgraded);
    return g_error_new(STORE_ERROR, STORE_ERROR_FATAL, "%s refused TLS (%s): ask whoever runs the server.", where,
                       gnutls_alert_get_strname(alert));
  }
  case GNUTLS_E_UNEXPECTED_PACKET:
  case GNUTLS_E_UNEXPECTED_PACKET_LENGTH:
  case GNUTLS_E_RECORD_OVERFLOW:
    if (upgraded)
      return g_error_new(
          STORE_ERROR, STORE_ERROR_FATAL,
          "%s, or something between us and it, went on in clear when TLS should have begun: set security "
          "to tls, or try another network. The password was not sent.",
          where);
    return g_error_new(STORE_ERROR, STORE_ERROR_FATAL,
                       "%s does not speak TLS on this port: check port, or set security to starttls.", where);
  case GNUTLS_E_PREMATURE_TERMINATION:
  case GNUTLS_E_PULL_ERROR:
  case GNUTLS_E_PUSH_ERROR:
    return g_error_new(STORE_ERROR, STORE_ERROR_LINK, "%s closed the connection while TLS was being set up.", where);
  default: return g_error_new(STORE_ERROR, STORE_ERROR_FATAL, "TLS with %s failed: %s", where, gnutls_strerror(code));
  }
}
