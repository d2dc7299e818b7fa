/* text.c - libFuzzer target: any bytes decoded, folded and searched for phrases, ids and addresses
 * Owns:     nothing. The first byte of the input chooses encoding and charset.
 * Must not: be part of make check (make fuzz builds and runs it).
 * Fails:    by crashing, or by a sanitizer's word.
 * Tests:    filter/text.c, filter/encoded_words.c, filter/phrases.c, filter/returned.c, filter/normalise.c */
#include "filter/text.h"
#include "filter/filter.h"
#include "filter/normalise.h"
#include "filter/phrases.h"
#include "filter/returned.h"

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

static void use_names(const char *text)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
  id_collect(text, list, 20);
  address_collect(text, list, 40);
  g_autofree char *subject = subject_normalise(text), *line = text_one_line(text, 100),
                  *words = text_decode_words(text);
  if (!g_utf8_validate(line, -1, NULL) || strlen(line) > 100 || !g_utf8_validate(subject, -1, NULL)) abort();
  address_matches(list->len > 0 ? list->pdata[0] : "a@b.test", text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char *const encodings[] = { NULL, "base64", "quoted-printable", "x-uuencode" };
  static const char *const charsets[] = { NULL,    "utf-8",   "iso-2022-jp",  "utf-16",
                                          "utf-7", "gb18030", "windows-1251", "koi8-r" };
  if (size == 0) return 0;
  g_autoptr(GString) bytes =
      text_decode_transfer((Span){ (const char *)data + 1, size - 1 }, encodings[data[0] & 3], size);
  g_autofree char *utf8 = text_to_utf8(bytes->str, bytes->len, charsets[data[0] >> 2 & 7]);
  if (!g_utf8_validate(utf8, -1, NULL)) abort();
  g_autofree char *words = text_from_html(utf8);
  g_autoptr(GString) folded = text_fold(words, strlen(words));
  PhraseScore score = { 0 };
  phrases_score(folded->str, folded->len, PHRASE_IN_TEXT, &score);
  g_autoptr(TextBlocks) blocks = returned_find(utf8);
  if (blocks->cut > strlen(utf8)) abort();
  use_names(utf8);
  return 0;
}
