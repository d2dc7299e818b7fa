/* dkim_tool.c - verifies or signs the header on standard input, for test_dkim_oracle.py
 * Owns:     nothing.
 * Must not: be more than a frame around filter/dkim.h and the rig.
 * Fails:    with status 2 and its usage; with 1 where a signature does not verify.
 * Tests:    used by tests/filter/test_dkim_oracle.py */
#include "filter/filter.h"
#include "tests/rigs/dkim_rig.h"

#include <stdio.h>
#include <string.h>

static GString *read_input(void)
{
  GString *text = g_string_new(NULL);
  char bytes[4096];
  for (size_t n; (n = fread(bytes, 1, sizeof bytes, stdin)) > 0;) g_string_append_len(text, bytes, (gssize)n);
  return text;
}

/* Verifies the topmost signature. */
static int verify(const GString *header, const char *record)
{
  g_autoptr(GPtrArray) signatures = g_ptr_array_new_with_free_func((GDestroyNotify)dkim_signature_free);
  dkim_read((Span){ header->str, header->len }, signatures);
  if (signatures->len == 0) {
    puts("none");
    return 1;
  }
  DkimResult result = dkim_verify(signatures->pdata[signatures->len - 1], record);
  puts(result == DKIM_VERIFIED ? "verified" : "false");
  return result == DKIM_VERIFIED ? 0 : 1;
}

/* Prints the key's record, and the header with a signature. */
static int sign(const GString *header, const char *kind, const char *tags)
{
  const gboolean rsa = strcmp(kind, "rsa") == 0;
  g_autoptr(RigKey) key = rig_key_new(rsa ? DKIM_RSA_SHA256 : DKIM_ED25519_SHA256, 1024, 1);
  g_autofree char *record = rig_key_record(key, FALSE), *mail = rig_sign(key, tags, header->str);
  printf("%s\n%s", record, mail);
  return 0;
}

int main(int argc, char **argv)
{
  filter_init();
  g_autoptr(GString) header = read_input();
  if (argc == 3 && strcmp(argv[1], "verify") == 0) return verify(header, argv[2]);
  if (argc == 4 && strcmp(argv[1], "sign") == 0) return sign(header, argv[2], argv[3]);
  fputs("usage: dkim_tool verify RECORD | dkim_tool sign rsa|ed25519 TAGS\n", stderr);
  return 2;
}
