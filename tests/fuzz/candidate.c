/* candidate.c - libFuzzer target: any header block, as a candidate, as received and as sent mail
 * Owns:     nothing.
 * Must not: be part of make check (make fuzz builds and runs it).
 * Fails:    by crashing, or by a sanitizer's word.
 * Tests:    filter/head.c, fields.c, encoded_words.c, sent_message.c, received_message.c */
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
  g_autoptr(ReceivedMessage) ordinary = NULL;
  gboolean candidate = filter_candidate((const char *)data, size);
  g_assert(filter_scan((const char *)data, size, TRUE, &ordinary) == candidate);
  sent_message_free(sent_message_read((const char *)data, size));
  return 0;
}
