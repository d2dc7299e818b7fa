/* dkim.c - libFuzzer target: any bytes as a header with signatures, verified with any bytes as a key record
 * Owns:     the promises about a signature that its readers rely on. The record and the header stand on both sides of
 *           the first NUL.
 * Must not: be part of make check (make fuzz builds and runs it).
 * Fails:    by crashing, or by a sanitizer's word.
 * Tests:    filter/dkim.c, filter/dkim_read.c, filter/dkim_tags.c */
#include "filter/filter.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
  filter_init();
  return 0;
}

static void check(const DkimSignature *signature)
{
  const char *const texts[] = { signature->domain, signature->selector };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    for (const char *c = texts[i]; c == texts[i] || *c != '\0'; c++)
      if (!g_ascii_isgraph(*c) || g_ascii_isupper(*c)) abort();
  if (signature->value == NULL || signature->length == 0 || signature->length > 512) abort();
  if (signature->recipients->len > 64 || signature->date < 0 || signature->made < 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(GPtrArray) signatures = g_ptr_array_new_with_free_func((GDestroyNotify)dkim_signature_free);
  const uint8_t *nul = size > 0 ? memchr(data, '\0', size) : NULL;
  const size_t length = nul != NULL ? (size_t)(nul - data) : size, rest = nul != NULL ? length + 1 : 0;
  g_autofree char *record = g_strndup((const char *)data, length);
  dkim_record_check(record);
  dkim_read((Span){ (const char *)data + rest, size - rest }, signatures);
  g_autofree char *signer = dkim_signer((Span){ (const char *)data + rest, size - rest });
  if (signatures->len > DKIM_SIGNATURES_MOST || (signer != NULL && strchr(signer, '.') == NULL)) abort();
  for (guint i = 0; i < signatures->len; i++) {
    check(signatures->pdata[i]);
    if (dkim_verify(signatures->pdata[i], record) == DKIM_VERIFIED && dkim_record_check(record) != DKIM_VERIFIED)
      abort();
  }
  return 0;
}
