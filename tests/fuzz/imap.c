/* imap.c - libFuzzer target: any bytes as what an IMAP server sends, read as the store reads them, and libetpan behind it
 * Owns:     the promises about a response that its readers rely on: values lie within it, bounds hold.
 * Must not: be part of make check (make fuzz builds and runs it).
 * Fails:    by crashing, or by a sanitizer's word.
 * Tests:    fetcher/imap/reader.c, tokens.c, reply.c, rows.c; libetpan on what is left */
#include "fetcher/imap/reply.h"
#include "fetcher/imap/rows.h"

#include <libetpan/libetpan.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST 10000

static void check_value(const Value *value)
{
  volatile char sum = 0;
  for (gsize i = 0; value->bytes != NULL && i < value->length; i++) sum = (char)(sum + value->bytes[i]);
  if (value->bytes == NULL && value->length != 0) abort();
}

static void read_fetch(Cursor cursor)
{
  g_auto(FetchRow) row = { 0 };
  fetch_row_read(cursor, &row);
  check_value(&row.body);
  if (row.row.stored < 0) abort();
}

static void take_namespace(NamespaceKind kind, const Value *prefix, char separator, gpointer data)
{
  check_value(prefix);
}

static void read_others(Cursor cursor)
{
  guint use;
  char separator;
  g_auto(Value) name = { 0 };
  g_auto(StatusRow) status = { 0 };
  g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  if (list_row_read(cursor, &use, &separator, &name)) check_value(&name);
  namespaces_read(cursor, take_namespace, NULL);
  status_row_read(cursor, &status);
  check_value(&status.name);
  search_read(cursor, uids);
  permanent_flags_keep(cursor, "$Backscatter", "$NotBackscatter");
  internal_date_read(cursor.at, (gsize)(cursor.end - cursor.at));
  while (cursor_skip(&cursor) && !cursor_at_end(&cursor))
    if (cursor.at > cursor.end) abort();
}

static void read_set(Cursor cursor)
{
  const char *set;
  gsize length;
  guint32 first, last;
  if (!cursor_word(&cursor, &set, &length)) return;
  for (const char *at = set; set_next(&at, set + length, &first, &last);)
    if (first > last || at > set + length) abort();
}

/* Reads all that a server sends; text: what libetpan is given of it. */
static void read_all(const char *bytes, gsize size, gsize piece, GString *text)
{
  Reader reader;
  const char *fault = NULL;
  reader_init(&reader);
  reader_command(&reader, MOST, 100);
  reader.lines_only = piece % 7 == 3;
  for (gsize done = 0; done < size && fault == NULL;) {
    gsize n = reader_feed(&reader, bytes + done, MIN(piece, size - done), &fault);
    if (n == 0 && fault == NULL) abort();
    done += n;
    if (fault != NULL || !reader.whole) continue;
    Reply reply;
    reply_read(&reader, "1", &reply);
    if (reply.rest.at > reply.rest.end || reply.text == NULL) abort();
    read_fetch(reply.rest);
    read_others(reply.rest);
    read_set(reply.rest);
    reply_rewrite(&reply, "1", text);
  }
  reader_clear(&reader);
}

/* What libetpan may read. */
typedef struct {
  const GString *text;
  gsize at;
} Source;

static ssize_t source_read(mailstream_low *low, void *buffer, size_t size)
{
  Source *source = low->data;
  gsize n = MIN(size, source->text->len - source->at);
  memcpy(buffer, source->text->str + source->at, n);
  source->at += n;
  return n > 0 ? (ssize_t)n : -1;
}

static ssize_t source_write(mailstream_low *low, const void *buffer, size_t size) { return (ssize_t)size; }
static int source_close(mailstream_low *low) { return 0; }
static int source_fd(mailstream_low *low) { return -1; }
static void source_free(mailstream_low *low) { free(low); }
static void source_cancel(mailstream_low *low) {}

static void try_libetpan(const GString *text, guint which)
{
  static mailstream_low_driver driver = { .mailstream_read = source_read,
                                          .mailstream_write = source_write,
                                          .mailstream_close = source_close,
                                          .mailstream_get_fd = source_fd,
                                          .mailstream_free = source_free,
                                          .mailstream_cancel = source_cancel };
  Source source = { .text = text };
  mailimap *session = mailimap_new(0, NULL);
  int result = mailimap_connect(session, mailstream_new(mailstream_low_new(&source, &driver), 8192));
  if (result == MAILIMAP_NO_ERROR_NON_AUTHENTICATED) {
    if (which == 0) mailimap_login(session, "user", "secret");
    if (which == 1) mailimap_oauth2_authenticate(session, "user", "secret");
    if (which == 2) mailimap_starttls(session);
    if (which == 3) mailimap_authenticate(session, "LOGIN", "host", NULL, NULL, "", "user", "secret", NULL);
    if (which == 4) mailimap_authenticate(session, "CRAM-MD5", "host", NULL, NULL, "", "user", "secret", NULL);
  }
  mailimap_free(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(GString) text = g_string_new(NULL);
  if (size < 2) return 0;
  gsize piece = data[0] == 0 ? size : data[0];
  read_all((const char *)data + 2, size - 2, piece, text);
  try_libetpan(text, data[1] % 5);
  return 0;
}
