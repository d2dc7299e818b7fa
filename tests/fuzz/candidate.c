/* candidate.c - libFuzzer target: any header block, as a candidate and as sent mail
 * Owns:     nothing.
 * Must not: be part of make check (make fuzz builds and runs it).
 * Fails:    by crashing, or by a sanitizer's word.
 * Tests:    filter/head.c, filter/fields.c, filter/encoded_words.c, filter/sent_message.c */
#include "filter/filter.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
  filter_init();
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  filter_candidate((const char *)data, size);
  sent_message_free(sent_message_read((const char *)data, size));
  return 0;
}
