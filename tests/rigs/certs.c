/* certs.c - throw-away certificates
 * Owns:     an authority, and one server certificate of each kind, for "localhost" but where the kind says otherwise.
 * Must not: outlive the test program.
 * Fails:    ends the test program.
 * Tests:    used by tests/rigs/peer.c */
#include "tests/rigs/certs.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

typedef struct {
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
} Pair;

static gnutls_certificate_credentials_t all[CERT_N];
static char *folder, *ca_file;

static void must(int code)
{
  if (code >= 0) return;
  g_printerr("certs: %s\n", gnutls_strerror(code));
  abort();
}

/* A certificate for name, signed by issuer (NULL: by itself). */
static Pair make(const char *name, const Pair *issuer, gboolean authority, time_t expires)
{
  static guint serial = 1;
  Pair pair;
  guchar number = (guchar)serial++;
  must(gnutls_x509_privkey_init(&pair.key));
  must(gnutls_x509_privkey_generate(pair.key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
  must(gnutls_x509_crt_init(&pair.certificate));
  must(gnutls_x509_crt_set_version(pair.certificate, 3));
  must(gnutls_x509_crt_set_serial(pair.certificate, &number, 1));
  must(gnutls_x509_crt_set_activation_time(pair.certificate, time(NULL) - 30 * 86400));
  must(gnutls_x509_crt_set_expiration_time(pair.certificate, expires));
  must(gnutls_x509_crt_set_dn_by_oid(pair.certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, (guint)strlen(name)));
  must(gnutls_x509_crt_set_basic_constraints(pair.certificate, authority, -1));
  if (!authority)
    must(gnutls_x509_crt_set_subject_alt_name(pair.certificate, GNUTLS_SAN_DNSNAME, name, (guint)strlen(name), 0));
  must(gnutls_x509_crt_set_key(pair.certificate, pair.key));
  if (issuer == NULL) issuer = &pair;
  must(gnutls_x509_crt_sign2(pair.certificate, issuer->certificate, issuer->key, GNUTLS_DIG_SHA256, 0));
  return pair;
}

static void drop(Pair *pair)
{
  gnutls_x509_crt_deinit(pair->certificate);
  gnutls_x509_privkey_deinit(pair->key);
}

static void show(Cert cert, const char *name, const Pair *issuer, time_t expires)
{
  Pair pair = make(name, issuer, FALSE, expires);
  must(gnutls_certificate_allocate_credentials(&all[cert]));
  must(gnutls_certificate_set_x509_key(all[cert], &pair.certificate, 1, pair.key));
  drop(&pair);
}

int certs_set_up(void **state)
{
  time_t later = time(NULL) + 86400;
  Pair authority = make("Test Authority", NULL, TRUE, later), stranger = make("Another Authority", NULL, TRUE, later);
  show(CERT_GOOD, "localhost", &authority, later);
  show(CERT_OTHER_NAME, "other.example", &authority, later);
  show(CERT_EXPIRED, "localhost", &authority, time(NULL) - 86400);
  show(CERT_SELF_SIGNED, "localhost", NULL, later);
  show(CERT_STRANGER, "localhost", &stranger, later);
  gnutls_datum_t pem;
  must(gnutls_x509_crt_export2(authority.certificate, GNUTLS_X509_FMT_PEM, &pem));
  g_autoptr(GError) error = NULL;
  folder = g_dir_make_tmp("backstop-XXXXXX", &error);
  ca_file = g_build_filename(folder, "ca.pem", NULL);
  if (folder == NULL || !g_file_set_contents(ca_file, (char *)pem.data, pem.size, &error))
    g_error("%s", error->message);
  gnutls_free(pem.data);
  drop(&authority);
  drop(&stranger);
  return 0;
}

const char *certs_ca_file(void) { return ca_file; }

gnutls_certificate_credentials_t certs_credentials(Cert cert) { return all[cert]; }

int certs_tear_down(void **state)
{
  for (guint i = 0; i < CERT_N; i++)
    if (all[i] != NULL) gnutls_certificate_free_credentials(all[i]);
  g_unlink(ca_file);
  g_rmdir(folder);
  g_free(ca_file);
  g_free(folder);
  return 0;
}
