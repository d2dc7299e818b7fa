/* link_message.c - reads messages of a POP3 maildrop, and marks them for deletion
 * Owns:     TOP, RETR, DELE; where a message ends; how many messages are asked for at a time.
 * Must not: hold a message in memory; delete by a number whose meaning was not asked for.
 * Fails:    LINK; MESSAGE for a deletion that was refused.
 * Tests:    tests/fetcher/pop3/test_link.c */
#include "fetcher/pop3/private.h"
#include <string.h>

/* How many commands may wait for their answers: under 1 KiB in all, which a server can take while it waits for us to
 * read. */
#define WINDOW 32
/* The largest message that is asked for as a whole, in octets: the answer stays within the budget, however the lines
 * are cut. */
#define LARGEST (STREAM_BUDGET / 2 - 65536)

/* Where the reader is in an answer of many lines. A dot alone on a line ends the answer, and only CRLF ends a line. */
typedef enum { AT_LINE, AT_DOT, AT_DOT_CR, AT_CR, AT_TEXT } Place;

typedef struct {
  const Pop3Ask *asks;
  const Pop3Sink *sink;
  guint n;
  guint sent, got; /* asks */
  gboolean wanted; /* the caller wants more of this message */
} Fetch;

static void give(Fetch *fetch, const char *bytes, gsize length)
{
  if (length > 0 && fetch->wanted) fetch->wanted = fetch->sink->piece(fetch->got, bytes, length, fetch->sink->data);
}

/* The place after this byte. *ended: the byte was the last byte of the answer. */
static Place step(Place place, char c, gboolean *ended)
{
  if (place == AT_LINE && c == '.') return AT_DOT;
  if (place == AT_DOT && c == '\r') return AT_DOT_CR;
  *ended = place == AT_DOT_CR && c == '\n';
  if (c == '\n' && (place == AT_CR || place == AT_DOT_CR)) return AT_LINE;
  return c == '\r' ? AT_CR : AT_TEXT;
}

/* Passes on the bytes of the message that the buffer holds. *held: how many bytes were not passed on, since they may
 * begin the last line of the answer, ".\r\n". */
static gboolean take_buffer(Pop3Link *link, Fetch *fetch, Place *place, gsize *held)
{
  const char *start = link->buffer + link->start, *end = link->buffer + link->end, *p = start;
  gsize before = *held; /* held bytes that came in earlier buffers */
  gboolean ended = FALSE;
  while (p < end && !ended) {
    if (*place == AT_TEXT) {
      const char *cr = memchr(p, '\r', (gsize)(end - p));
      p = cr != NULL ? cr : end;
      if (p == end) break;
    }
    *place = step(*place, *p++, &ended);
    gsize now = ended ? *held + 1 : *place == AT_DOT ? 1 : *place == AT_DOT_CR ? 2 : 0;
    if (now == 0 && before > 0) give(fetch, ".\r", before);
    if (now == 0) before = 0;
    *held = now;
  }
  link->start = (gsize)(p - link->buffer);
  gsize back = *held - before; /* held bytes in this buffer */
  give(fetch, start, (gsize)(p - start) - back);
  return ended;
}

/* Reads a message after its +OK, to the end of the answer. */
static gboolean take_message(Pop3Link *link, Fetch *fetch, GError **error)
{
  Place place = AT_LINE;
  gsize held = 0;
  fetch->wanted = fetch->sink->piece(fetch->got, "", 0, fetch->sink->data);
  for (;;) {
    if (link->start < link->end && take_buffer(link, fetch, &place, &held)) return TRUE;
    if (!pop3_fill(link, error)) return FALSE;
  }
}

static gboolean is_by_retr(const Pop3Link *link, const Pop3Ask *ask)
{
  return link->top == POP3_TOP_ABSENT || (ask->lines < 0 && !(link->can & POP3_EXPIRES));
}

static gboolean is_too_large(const Pop3Link *link, const Pop3Ask *ask)
{
  gboolean whole = ask->lines < 0 || link->top == POP3_TOP_ABSENT;
  return whole && pop3_octets(link, ask->number, 0) > LARGEST;
}

static char *command_for(const Pop3Link *link, const Pop3Ask *ask)
{
  if (is_by_retr(link, ask)) return g_strdup_printf("RETR %u\r\n", ask->number);
  /* Asks for as many lines as the message has octets: no message has more. */
  guint64 all = MIN(pop3_octets(link, ask->number, G_MAXINT32), G_MAXINT32);
  return g_strdup_printf("TOP %u %d\r\n", ask->number, ask->lines < 0 ? (gint)all : ask->lines);
}

/* Sends as many commands ahead as may wait for their answers. */
static gboolean ask_ahead(Pop3Link *link, Fetch *fetch, GError **error)
{
  guint window = link->can & POP3_PIPELINING ? WINDOW : 1;
  g_autoptr(GString) commands = g_string_new(NULL);
  /* All commands are sent at once: one by one, each would cost a packet. */
  if (fetch->sent - fetch->got > window / 2) return TRUE;
  while (fetch->sent < fetch->n && fetch->sent - fetch->got < window) {
    const Pop3Ask *ask = &fetch->asks[fetch->sent];
    if (is_too_large(link, ask)) break;
    g_autofree char *command = command_for(link, ask);
    g_string_append(commands, command);
    fetch->sent++;
  }
  if (commands->len == 0) return TRUE;
  stream_command(link->stream, POP3_WORD);
  return pop3_send(link, commands->str, commands->len, error);
}

/* If a server did not say whether it has TOP, and refuses TOP, either the command or the message is missing. RETR tells
 * which. */
static Pop3Answer try_without_top(Pop3Link *link, const Pop3Ask *ask, GError **error)
{
  Pop3Answer answer = pop3_ask(link, pop3_budget(link, ask->number), error, "RETR %u", ask->number);
  if (answer == POP3_OK) link->top = POP3_TOP_ABSENT;
  return answer;
}

static gboolean take_answer(Pop3Link *link, Fetch *fetch, GError **error)
{
  const Pop3Ask *ask = &fetch->asks[fetch->got];
  gboolean probing = link->top == POP3_TOP_UNKNOWN && ask->lines >= 0;
  Pop3Answer answer = pop3_answer(link, pop3_budget(link, ask->number), FALSE, error);
  if (probing && answer == POP3_OK) link->top = POP3_TOP_THERE;
  if (probing && answer == POP3_ERR) answer = try_without_top(link, ask, error);
  if (answer == POP3_NONE) return FALSE;
  if (answer == POP3_OK) {
    if (!take_message(link, fetch, error)) return FALSE;
    fetch->sink->done(fetch->got++, NULL, fetch->sink->data);
  } else {
    g_autofree char *words = pop3_words(link);
    fetch->sink->done(fetch->got++, words != NULL ? words : "", fetch->sink->data);
  }
  return TRUE;
}

gboolean pop3_link_fetch(Pop3Link *link, const Pop3Ask *asks, guint n, const Pop3Sink *sink, GError **error)
{
  Fetch fetch = { .asks = asks, .sink = sink, .n = n };
  while (fetch.got < n) {
    if (fetch.sent == fetch.got && is_too_large(link, &asks[fetch.got])) {
      fetch.sent++;
      sink->done(fetch.got++, "it is too large", sink->data);
      continue;
    }
    if (!ask_ahead(link, &fetch, error) || !take_answer(link, &fetch, error)) return FALSE;
  }
  return TRUE;
}

/* Does the number still mean this uid? */
static gboolean is_still(Pop3Link *link, guint number, const char *uid, GError **error)
{
  Pop3Answer answer = pop3_ask(link, POP3_WORD, error, "UIDL %u", number);
  if (answer == POP3_NONE) return FALSE;
  if (answer == POP3_ERR) return pop3_refused(link, STORE_ERROR_MESSAGE, "tell which message it would delete", error);
  g_auto(GStrv) words = g_strsplit_set(pop3_text(link), " \t", -1);
  g_autoptr(GPtrArray) found = g_ptr_array_new();
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0') g_ptr_array_add(found, words[i]);
  if (found->len >= 2 && g_ascii_strtoull(found->pdata[0], NULL, 10) == number && strcmp(found->pdata[1], uid) == 0)
    return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE,
              "%s has numbered its messages anew: nothing was deleted, and they will be listed again.",
              stream_where(link->stream));
  return FALSE;
}

gboolean pop3_link_delete(Pop3Link *link, guint number, const char *uid, GError **error)
{
  if (uid != NULL && !is_still(link, number, uid, error)) return FALSE;
  Pop3Answer answer = pop3_ask(link, POP3_WORD, error, "DELE %u", number);
  return answer == POP3_OK
         || (answer == POP3_ERR && pop3_refused(link, STORE_ERROR_MESSAGE, "delete a message", error));
}

/* Reads the answers to all DELE commands that were sent. *more: the caller wants more messages to be marked. */
static gboolean take_marks(Pop3Link *link, guint from, guint to,
                           gboolean (*done)(guint row, const char *refusal, gpointer data), gpointer data,
                           gboolean *more, GError **error)
{
  for (guint i = from; i < to; i++) {
    g_autoptr(GError) problem = NULL;
    Pop3Answer answer = pop3_answer(link, POP3_WORD, FALSE, error);
    if (answer == POP3_NONE) return FALSE;
    if (answer == POP3_ERR) pop3_refused(link, STORE_ERROR_MESSAGE, "delete a message", &problem);
    if (problem != NULL && problem->code != STORE_ERROR_MESSAGE) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
    if (!done(i, problem != NULL ? problem->message : NULL, data)) *more = FALSE;
  }
  return TRUE;
}

gboolean pop3_link_delete_all(Pop3Link *link, const Pop3Row *const *rows, guint n,
                              gboolean (*done)(guint row, const char *refusal, gpointer data), gpointer data,
                              GError **error)
{
  g_autoptr(GPtrArray) uids = NULL;
  guint window = link->can & POP3_PIPELINING ? WINDOW : 1;
  gboolean more = TRUE;
  if (n > 0 && !link->nameless && !pop3_take_uids(link, &uids, error)) return FALSE;
  for (guint from = 0, to; from < n && more; from = to) {
    g_autoptr(GString) commands = g_string_new(NULL);
    for (to = from; to < n && to - from < window; to++) {
      guint number = rows[to]->number;
      const char *uid = uids != NULL && number < uids->len ? uids->pdata[number] : NULL;
      if (!link->nameless && g_strcmp0(uid, rows[to]->uid) != 0) break;
      g_string_append_printf(commands, "DELE %u\r\n", number);
    }
    if (to == from) {
      more = done(to++, "it is no longer what it was", data);
      continue;
    }
    stream_command(link->stream, POP3_WORD);
    if (!pop3_send(link, commands->str, commands->len, error) || !take_marks(link, from, to, done, data, &more, error))
      return FALSE;
  }
  return TRUE;
}
