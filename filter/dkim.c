/* dkim.c - a signature verified with a key record
 * Owns:     which keys are good enough (RFC 8301, 8463); the arithmetic, which is nettle's.
 * Must not: ask DNS; know whose key it is, or when it was published.
 * Fails:    never; what is no key verifies nothing.
 * Tests:    tests/filter/test_dkim.c */
#include "filter/dkim.h"
#include "filter/dkim_tags.h"

#include <nettle/asn1.h>
#include <nettle/eddsa.h>
#include <nettle/rsa.h>
#include <string.h>

#define KEY_LONGEST 1024 /* bytes of p=: RSA with 4,096 bits has 550 */
#define RSA_LEAST 1024   /* bits */
#define RSA_MOST 4096
#define EXPONENT_MOST 64 /* bits; a longer one would only take time */

/* Is it the name of RSA among key types (RFC 3279, 2.3.1)? */
static gboolean is_rsa_name(const struct asn1_der_iterator *at)
{
  static const guint8 name[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
  return at->type == ASN1_IDENTIFIER && at->length == sizeof name && memcmp(at->data, name, sizeof name) == 0;
}

/* A key as certificates have it (SubjectPublicKeyInfo, what everybody publishes), or bare (RSAPublicKey, what the RFC
 * says). */
static gboolean read_rsa(struct rsa_public_key *key, const guint8 *bytes, gsize length)
{
  struct asn1_der_iterator outer, inner, name;
  if (asn1_der_iterator_first(&outer, length, bytes) != ASN1_ITERATOR_CONSTRUCTED || outer.type != ASN1_SEQUENCE
      || asn1_der_decode_constructed(&outer, &inner) == ASN1_ITERATOR_ERROR)
    return FALSE;
  if (inner.type == ASN1_INTEGER) return rsa_public_key_from_der_iterator(key, RSA_MOST, &outer) != 0;
  return inner.type == ASN1_SEQUENCE && asn1_der_decode_constructed(&inner, &name) == ASN1_ITERATOR_PRIMITIVE
         && is_rsa_name(&name) && asn1_der_iterator_next(&inner) == ASN1_ITERATOR_PRIMITIVE
         && inner.type == ASN1_BITSTRING && asn1_der_decode_bitstring_last(&inner) == ASN1_ITERATOR_CONSTRUCTED
         && rsa_public_key_from_der_iterator(key, RSA_MOST, &inner) != 0;
}

static gboolean is_strong(const struct rsa_public_key *key)
{
  gsize bits = mpz_sizeinbase(key->n, 2);
  return bits >= RSA_LEAST && bits <= RSA_MOST && mpz_odd_p(key->n) && mpz_odd_p(key->e) && mpz_cmp_ui(key->e, 3) >= 0
         && mpz_sizeinbase(key->e, 2) <= EXPONENT_MOST;
}

static gboolean has_signed(const struct rsa_public_key *key, const DkimSignature *signature)
{
  mpz_t value;
  if (signature->length != key->size) return FALSE;
  nettle_mpz_init_set_str_256_u(value, signature->length, signature->value);
  gboolean good = rsa_sha256_verify_digest(key, signature->digest, value) != 0;
  mpz_clear(value);
  return good;
}

/* signature NULL: only looks at the key. */
static DkimResult try_rsa(const guint8 *bytes, gsize length, const DkimSignature *signature)
{
  struct rsa_public_key key;
  DkimResult result = DKIM_NO_KEY;
  rsa_public_key_init(&key);
  if (read_rsa(&key, bytes, length) && is_strong(&key))
    result = signature == NULL || has_signed(&key, signature) ? DKIM_VERIFIED : DKIM_FALSE;
  rsa_public_key_clear(&key);
  return result;
}

/* The hash of the header is what Ed25519 signs (RFC 8463, 3). */
static DkimResult try_ed25519(const guint8 *bytes, gsize length, const DkimSignature *signature)
{
  if (length != ED25519_KEY_SIZE) return DKIM_NO_KEY;
  if (signature == NULL) return DKIM_VERIFIED;
  gboolean good = signature->length == ED25519_SIGNATURE_SIZE
                  && ed25519_sha512_verify(bytes, sizeof signature->digest, signature->digest, signature->value) != 0;
  return good ? DKIM_VERIFIED : DKIM_FALSE;
}

/* Is it a record of keys at all, for SHA-256, for mail, and not for tests? *edwards: of Ed25519. */
static gboolean is_usable(const TagList *tags, gboolean *edwards)
{
  const Tag *v = tags_find(tags, "v"), *k = tags_find(tags, "k"), *h = tags_find(tags, "h"), *s = tags_find(tags, "s"),
            *t = tags_find(tags, "t");
  *edwards = tag_is(k, "ed25519");
  return (v == NULL || (v == &tags->tags[0] && tag_is(v, "DKIM1"))) && (k == NULL || *edwards || tag_is(k, "rsa"))
         && (h == NULL || tag_holds(h, "sha256")) && (s == NULL || tag_holds(s, "*") || tag_holds(s, "email"))
         && (t == NULL || !tag_holds(t, "y"));
}

static DkimResult try_record(const char *record, const DkimSignature *signature)
{
  TagList tags;
  gboolean edwards = FALSE;
  gsize length = strlen(record);
  if (length > DKIM_RECORD_LONGEST || !tags_read((Span){ record, length }, &tags)) return DKIM_NO_KEY;
  const Tag *key = tags_find(&tags, "p"), *flags = tags_find(&tags, "t");
  if (key == NULL || !is_usable(&tags, &edwards)) return DKIM_NO_KEY;
  if (key->value.length == 0) return DKIM_WITHDRAWN;
  g_autofree guint8 *bytes = tag_base64(key, KEY_LONGEST, &length);
  if (bytes == NULL) return DKIM_NO_KEY;
  if (signature != NULL) {
    if (edwards != (signature->algorithm == DKIM_ED25519_SHA256)) return DKIM_NO_KEY;
    if (signature->below && flags != NULL && tag_holds(flags, "s")) return DKIM_NO_KEY;
  }
  return edwards ? try_ed25519(bytes, length, signature) : try_rsa(bytes, length, signature);
}

DkimResult dkim_verify(const DkimSignature *signature, const char *record) { return try_record(record, signature); }

DkimResult dkim_record_check(const char *record) { return try_record(record, NULL); }
