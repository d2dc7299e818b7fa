/* hear.c - what an IMAP server says, response by response
 * Owns:     the bytes that have come, and what libetpan is given to read.
 * Must not: give libetpan a byte of the server's but the base64 of a challenge; know what a command is for.
 * Fails:    by the stream's error.
 * Tests:    tests/fetcher/imap/test_imap.c, tests/fetcher/imap/test_idle.c, tests/fuzz/imap.c */
#include "fetcher/imap/private.h"
#include <string.h>

#define NOT_IMAP "gave an answer that is not IMAP: check host and port"

/* Gives the reader what has come. FALSE: it broke a rule. */
static gboolean cut(ImapStore *store, const char *tag, Reply *reply, gboolean *whole)
{
  const char *fault = NULL;
  store->at += reader_feed(&store->reader, store->chunk + store->at, store->end - store->at, &fault);
  if (fault == NULL && store->reader.whole) {
    reply_read(&store->reader, tag, reply);
    if (reply->kind == REPLY_NONSENSE && !store->lost_track) fault = NOT_IMAP;
    *whole = reply->kind != REPLY_EMPTY && (reply->tagged || !store->lost_track);
  }
  if (fault == NULL) return TRUE;
  stream_blame(store->stream, fault);
  return FALSE;
}

gboolean imap_hear_now(ImapStore *store, const char *tag, Reply *reply, gboolean *whole)
{
  *whole = FALSE;
  for (;;) {
    while (store->at < store->end && !*whole)
      if (!cut(store, tag, reply, whole)) return FALSE;
    if (*whole) return TRUE;
    ssize_t n = stream_read_now(store->stream, store->chunk, sizeof store->chunk);
    if (n <= 0) return n == 0;
    store->at = 0;
    store->end = (gsize)n;
  }
}

gboolean imap_hear(ImapStore *store, const char *tag, Reply *reply)
{
  gboolean whole = FALSE;
  for (;;) {
    while (store->at < store->end && !whole)
      if (!cut(store, tag, reply, &whole)) return FALSE;
    if (whole) return TRUE;
    ssize_t n = stream_read(store->stream, store->chunk, sizeof store->chunk);
    if (n < 0) return FALSE;
    store->at = 0;
    store->end = (gsize)n;
  }
}

void imap_lose_track(ImapStore *store)
{
  store->lost_track = TRUE;
  store->reader.lines_only = TRUE;
}

gboolean imap_has_unread(const ImapStore *store) { return store->at < store->end; }

void imap_note_status(ImapStore *store, const Reply *reply)
{
  g_clear_pointer(&store->code, g_free);
  g_clear_pointer(&store->text, g_free);
  if (reply->name != NULL) store->code = g_strndup(reply->name, reply->length);
  if (*reply->text != '\0') store->text = g_strdup(reply->text);
}

void imap_take_news(ImapStore *store, const Reply *reply)
{
  if (store->open == NULL || reply->kind != REPLY_DATA) return;
  if (reply_is(reply, "VANISHED")) store->gone++;
  if (reply_is(reply, "EXPUNGE") && reply->number > 0) {
    store->gone++;
    if (store->exists > 0) store->exists--;
  }
  if (reply_is(reply, "EXISTS") && reply->counted) {
    if (reply->number > store->exists) store->came = TRUE;
    if (reply->number < store->exists) store->gone += store->exists - reply->number;
    store->exists = reply->number;
  }
}

/* One line for libetpan: the greeting, a "+", the end of its command. What else comes is not for it. */
static gboolean rewrite(ImapStore *store)
{
  Reply reply;
  char tag[16];
  g_snprintf(tag, sizeof tag, "%d", store->session->imap_tag);
  g_string_truncate(store->rewritten, 0);
  while (store->rewritten->len == 0) {
    if (!imap_hear(store, tag, &reply)) return FALSE;
    if (reply.kind == REPLY_BYE && !store->closing) {
      imap_take_bye(store, &reply);
      return FALSE;
    }
    gboolean greeting = !store->greeted && (reply.kind == REPLY_OK || reply.kind == REPLY_PREAUTH);
    if (!store->greeted && !greeting) {
      stream_blame(store->stream, NOT_IMAP);
      return FALSE;
    }
    store->greeted = TRUE;
    if (reply.tagged) imap_note_status(store, &reply);
    if (reply.tagged) store->ended = reply.kind;
    if (greeting || reply.tagged || reply.kind == REPLY_GO_ON) reply_rewrite(&reply, tag, store->rewritten);
  }
  return TRUE;
}

static ssize_t low_read(mailstream_low *low, void *buffer, size_t size)
{
  ImapStore *store = low->data;
  if (store->rewritten->len == 0 && !rewrite(store)) return -1;
  gsize n = MIN(size, store->rewritten->len);
  memcpy(buffer, store->rewritten->str, n);
  g_string_erase(store->rewritten, 0, (gssize)n);
  return (ssize_t)n;
}

static ssize_t low_write(mailstream_low *low, const void *buffer, size_t size)
{
  ImapStore *store = low->data;
  return stream_write(store->stream, buffer, size) ? (ssize_t)size : -1;
}

static int low_close(mailstream_low *low) { return 0; }

static int low_get_fd(mailstream_low *low) { return stream_fd(((ImapStore *)low->data)->stream); }

static void low_free(mailstream_low *low) { free(low); }

static void low_cancel(mailstream_low *low) {}

mailstream *imap_stream_for_libetpan(ImapStore *store)
{
  static mailstream_low_driver driver = {
    .mailstream_read = low_read,
    .mailstream_write = low_write,
    .mailstream_close = low_close,
    .mailstream_get_fd = low_get_fd,
    .mailstream_free = low_free,
    .mailstream_cancel = low_cancel,
  };
  return mailstream_new(mailstream_low_new(store, &driver), 8192);
}
