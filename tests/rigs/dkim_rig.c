/* dkim_rig.c - signing mail with keys of the test's own
 * Owns:     keys made of a seed.
 * Must not: be used for anything but tests: its keys are no secret.
 * Fails:    by the test that uses it.
 * Tests:    used by tests/filter/test_dkim.c and the tests of signatures in tests/ledger */
#include "tests/rigs/dkim_rig.h"
#include "filter/filter.h"

#include <nettle/eddsa.h>
#include <nettle/rsa.h>
#include <string.h>

/* The hash of an empty body, so that whoever looks at the body, too, agrees (RFC 6376, 3.4.4). */
#define EMPTY_BODY "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

struct RigKey {
  DkimAlgorithm algorithm;
  struct rsa_public_key public;
  struct rsa_private_key private;
  guint8 secret[ED25519_KEY_SIZE], open[ED25519_KEY_SIZE];
};

static void some_bytes(void *random, size_t length, uint8_t *bytes)
{
  for (size_t i = 0; i < length; i++) bytes[i] = (uint8_t)g_rand_int_range(random, 0, 256);
}

RigKey *rig_key_new(DkimAlgorithm algorithm, guint bits, guint seed)
{
  RigKey *key = g_new0(RigKey, 1);
  GRand *random = g_rand_new_with_seed(seed);
  key->algorithm = algorithm;
  rsa_public_key_init(&key->public);
  rsa_private_key_init(&key->private);
  if (algorithm == DKIM_ED25519_SHA256) {
    some_bytes(random, sizeof key->secret, key->secret);
    ed25519_sha512_public_key(key->open, key->secret);
  } else {
    mpz_set_ui(key->public.e, 65537);
    if (!rsa_generate_keypair(&key->public, &key->private, random, some_bytes, NULL, NULL, bits, 0))
      g_error("no key of %u bits", bits);
  }
  g_rand_free(random);
  return key;
}

void rig_key_free(RigKey *key)
{
  if (key == NULL) return;
  rsa_public_key_clear(&key->public);
  rsa_private_key_clear(&key->private);
  g_free(key);
}

/* One element of DER: what it is, how long (written as short as possible), and the bytes. */
static void put_der(GByteArray *out, guint8 type, const GByteArray *content)
{
  const guint8 high = (guint8)(content->len >> 8), low = (guint8)content->len;
  const guint8 one[] = { type, low }, two[] = { type, 0x81, low }, three[] = { type, 0x82, high, low };
  if (content->len < 0x80)
    g_byte_array_append(out, one, sizeof one);
  else if (content->len < 0x100)
    g_byte_array_append(out, two, sizeof two);
  else
    g_byte_array_append(out, three, sizeof three);
  g_byte_array_append(out, content->data, content->len);
}

static void put_number(GByteArray *out, const mpz_t number)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  g_byte_array_set_size(bytes, (guint)nettle_mpz_sizeinbase_256_s(number));
  nettle_mpz_get_str_256(bytes->len, bytes->data, number);
  put_der(out, 0x02, bytes);
}

static GByteArray *rsa_der(const RigKey *key, gboolean bare)
{
  static const guint8 rsa[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0 };
  static const guint8 no_bits_unused = 0;
  g_autoptr(GByteArray) numbers = g_byte_array_new(), bits = g_byte_array_new(), info = g_byte_array_new();
  GByteArray *out = g_byte_array_new();
  put_number(numbers, key->public.n);
  put_number(numbers, key->public.e);
  if (bare) {
    put_der(out, 0x30, numbers);
    return out;
  }
  g_byte_array_append(bits, &no_bits_unused, 1);
  put_der(bits, 0x30, numbers);
  g_byte_array_append(info, rsa, sizeof rsa);
  put_der(info, 0x03, bits);
  put_der(out, 0x30, info);
  return out;
}

char *rig_key_record(const RigKey *key, gboolean bare)
{
  if (key->algorithm == DKIM_ED25519_SHA256) {
    g_autofree char *text = g_base64_encode(key->open, sizeof key->open);
    return g_strdup_printf("v=DKIM1; k=ed25519; p=%s", text);
  }
  g_autoptr(GByteArray) der = rsa_der(key, bare);
  g_autofree char *text = g_base64_encode(der->data, der->len);
  return g_strdup_printf("v=DKIM1; k=rsa; p=%s", text);
}

static char *sign_digest(const RigKey *key, const guint8 *digest)
{
  if (key->algorithm == DKIM_ED25519_SHA256) {
    guint8 value[ED25519_SIGNATURE_SIZE];
    ed25519_sha512_sign(key->open, key->secret, 32, digest, value);
    return g_base64_encode(value, sizeof value);
  }
  mpz_t number;
  mpz_init(number);
  if (!rsa_sha256_sign_digest(&key->private, digest, number)) g_error("the key does not sign");
  g_autofree guint8 *value = g_malloc(key->public.size);
  nettle_mpz_get_str_256(key->public.size, value, number);
  mpz_clear(number);
  return g_base64_encode(value, key->public.size);
}

static char *with_value(const RigKey *key, const char *tags, const char *value, const char *header)
{
  return g_strdup_printf("DKIM-Signature: v=1; a=%s;\r\n %s;\r\n bh=" EMPTY_BODY ";\r\n b=%s\r\n%s",
                         key->algorithm == DKIM_ED25519_SHA256 ? "ed25519-sha256" : "rsa-sha256", tags, value, header);
}

/* What is signed does not hold the signature's value, so the reader itself tells the digest: whether it is right is for
 * the vectors and for python3-dkim to say. */
char *rig_sign(const RigKey *key, const char *tags, const char *header)
{
  g_autoptr(GPtrArray) read = g_ptr_array_new_with_free_func((GDestroyNotify)dkim_signature_free);
  g_autofree char *unsigned_yet = with_value(key, tags, "AAAA", header);
  const char *field_end = strstr(unsigned_yet, "b=AAAA");
  dkim_read((Span){ unsigned_yet, strlen(unsigned_yet) }, read);
  if (field_end == NULL || read->len == 0) g_error("this cannot be signed: %s", tags);
  const DkimSignature *top = read->pdata[read->len - 1]; /* the lowest comes first */
  g_autofree char *value = sign_digest(key, top->digest);
  return with_value(key, tags, value, header);
}

GString *rig_hostile_header(guint kind)
{
  GString *header = g_string_new(NULL);
  static const char begin[] = "DKIM-Signature: v=1; a=rsa-sha256; d=me.example; s=one; bh=AAAA; b=AAAA; c=relaxed; h=";
  for (guint i = 0; i < 8; i++) {
    g_string_append_printf(header, "%sfrom", begin);
    for (guint k = 0; k < 99; k++) g_string_append(header, kind == 1 ? ":absent" : ":x");
    g_string_append(header, "\n");
  }
  for (guint i = 0; i < 980; i++) g_string_append(header, kind == 2 ? "From: a@b\n" : "x: y \t \n z\n");
  g_string_append(header, "From: ");
  while (header->len < DKIM_HEADER_LONGEST - 1) g_string_append(header, kind == 3 ? "a@b.c," : " \t");
  g_string_truncate(header, DKIM_HEADER_LONGEST - 1);
  g_string_append(header, kind == 4 ? "\n\n" : "\n");
  return header;
}
