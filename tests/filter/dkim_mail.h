/* dkim_mail.h - a header to be signed, and how it is read and verified; for the tests of signatures. */
#pragma once
#include "filter/fields.h"
#include "filter/filter.h"
#include "tests/rigs/dkim_rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
// cmocka wants the headers above first
#include <cmocka.h>

#define SIGNED "from:to:cc:subject:date:message-id"
#define TAGS "d=me.example; s=one; c=relaxed/relaxed; h=" SIGNED
#define FIELDS                                                                                                         \
  "Received: from a by b; Mon, 1 Jun 2026 10:00:00 +0000\r\n"                                                          \
  "From: Me <me@me.example>\r\n"                                                                                       \
  "To: Bob <bob@there.example>,\r\n  carol@there.example\r\n"                                                          \
  "Cc: dave@there.example\r\n"                                                                                         \
  "Subject: A  letter: with   spaces\r\n"                                                                              \
  "Date: Mon, 1 Jun 2026 10:00:00 +0000\r\n"                                                                           \
  "Message-ID: <one@me.example>\r\n"                                                                                   \
  "MIME-Version: 1.0\r\n"

typedef struct {
  GPtrArray *signatures, *signers;
} Read;

static inline Read read_header(const char *header, gsize length)
{
  Read read = { g_ptr_array_new_with_free_func((GDestroyNotify)dkim_signature_free),
                g_ptr_array_new_with_free_func(g_free) };
  Span rest = { header, length };
  Field field;
  dkim_read(rest, read.signatures);
  while (field_next(&rest, &field)) {
    char *signer = field_is(&field, "DKIM-Signature") ? dkim_signer(field.value) : NULL;
    if (signer != NULL) g_ptr_array_add(read.signers, signer);
  }
  return read;
}

static inline void read_clear(Read *read)
{
  g_ptr_array_unref(read->signatures);
  g_ptr_array_unref(read->signers);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Read, read_clear)

/* What becomes of the first signature of a header; -1: it has none that is read. */
static inline int verify(const char *header, const char *record)
{
  g_auto(Read) read = read_header(header, strlen(header));
  return read.signatures->len == 0 ? -1 : (int)dkim_verify(read.signatures->pdata[0], record);
}

static inline char *replaced(const char *text, const char *what, const char *by)
{
  g_auto(GStrv) pieces = g_strsplit(text, what, -1);
  if (g_strv_length(pieces) < 2) fail_msg("there is no \"%s\" to replace", what);
  return g_strjoinv(by, pieces);
}
