/* test_hash.c - the hash that ledgers are full of
 * Owns:     nothing.
 * Must not: change with the library that computes it.
 * Fails:    by TAP.
 * Tests:    ledger/hash.c */
#include "ledger/hash.h"
#include "tests/rigs/ledger_rig.h"

/* The first two are those of FIPS 180-4; all of them lie in ledgers out there. */
static void texts_are_hashed_as_ledgers_have_them(void **state)
{
  static const struct {
    const char *text;
    guint64 hash;
  } rows[] = {
    { "abc", 0xba7816bf8f01cfeaU },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 0x248d6a61d20638b8U },
    { "", 0xe3b0c44298fc1c14U },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if ((guint64)db_hash(rows[i].text) != rows[i].hash) fail_msg("“%s”", rows[i].text);
}

/* Of every length around the blocks of 64 bytes, as GLib computes it. */
static void bytes_of_any_length_are_hashed_as_before(void **state)
{
  guint8 data[300];
  for (guint i = 0; i < sizeof data; i++) data[i] = (guint8)(i * 7);
  for (gsize length = 0; length <= sizeof data; length++) {
    guint8 digest[HASH_BYTES], wanted[HASH_BYTES];
    gsize size = sizeof wanted;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, data, (gssize)length);
    g_checksum_get_digest(checksum, wanted, &size);
    hash_bytes(length > 0 ? data : NULL, length, digest);
    assert_memory_equal(digest, wanted, sizeof digest);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_are_hashed_as_ledgers_have_them),
    cmocka_unit_test(bytes_of_any_length_are_hashed_as_before),
  };
  return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
