/* answer.c - what a client of the POP3 server on loopback is told
 * Owns:     answer lines, refusals, and the messages that were asked for and not yet relayed.
 * Must not: hold a message; end a message that did not come whole; send more of a body than TOP asked for.
 * Fails:    a link that breaks ends the session; so does a client that is gone.
 * Tests:    tests/fetcher/door/test_mail.c */
#include "fetcher/door/private.h"
#include <string.h>

#define LONGEST_TEXT 400 /* of the 512 octets that a response may have (RFC 2449, 4) */
/* When a client goes away, the rest of a batch must be read and dropped: keep a batch small. */
#define BATCH_OCTETS ((guint64)1 << 20)
#define HEADER_OCTETS 8192 /* a guess at the size of a header, and of a line of the body */
#define LINE_OCTETS 80

static void say(DoorSession *session, const char *text) { door_wire_say(&session->wire, text, strlen(text)); }

/* Says +OK before the first piece. Not earlier: until then the provider may still refuse the message. */
static void start(DoorSession *session)
{
  if (!session->started) say(session, "+OK\r\n");
  session->started = TRUE;
}

/* How many of these bytes belong to the header and the first `most` lines of the body. Only CRLF ends a line: after
 * anything else the client would not see the dot that ends the answer. */
static gsize within_top(DoorSession *session, gint most, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++) {
    if (session->body && session->lines >= most) return i;
    gboolean ends = session->cr && bytes[i] == '\n';
    session->cr = bytes[i] == '\r';
    session->line++;
    if (!ends) continue;
    if (session->body) session->lines++;
    if (session->line == strlen("\r\n")) session->body = TRUE;
    session->line = 0;
  }
  return length;
}

static gboolean piece(guint ask, const char *bytes, gsize length, gpointer data)
{
  DoorSession *session = data;
  gint lines = session->asks[ask].lines;
  if (!door_wire_attend(&session->wire)) return FALSE;
  start(session);
  gsize wanted = lines < 0 ? length : within_top(session, lines, bytes, length);
  return door_wire_say(&session->wire, bytes, wanted) && wanted == length;
}

static void begin(DoorSession *session)
{
  session->started = session->body = session->cr = FALSE;
  session->line = 0;
  session->lines = 0;
}

static void done(guint ask, const char *refusal, gpointer data)
{
  DoorSession *session = data;
  if (refusal != NULL && session->started) {
    /* The beginning was sent already. Break the connection, so that the message does not look whole. */
    session->wire.broken = TRUE;
  } else if (refusal != NULL) {
    door_refuse(session, "", *refusal != '\0' ? refusal : "the provider does not give this message");
  } else {
    start(session);
    say(session, ".\r\n");
  }
  begin(session);
}

void door_relay(DoorSession *session)
{
  g_autoptr(GError) problem = NULL;
  const Pop3Sink sink = { .piece = piece, .done = done, .data = session };
  guint n = session->asked;
  session->asked = 0;
  session->asked_octets = 0;
  if (n == 0 || session->over || session->wire.broken) return;
  begin(session);
  session->relaying = TRUE;
  gboolean whole = pop3_link_fetch(session->link, session->asks, n, &sink, &problem);
  session->relaying = FALSE;
  session->used = g_get_monotonic_time();
  if (!whole) door_broke(session, problem);
}

void door_ask(DoorSession *session, guint row, gint lines)
{
  const Pop3Row *it = &g_array_index(session->rows, Pop3Row, row);
  guint64 octets = it->octets;
  if (lines >= 0 && pop3_link_has_top(session->link))
    octets = MIN(octets, HEADER_OCTETS + (guint64)lines * LINE_OCTETS);
  session->asks[session->asked++] = (Pop3Ask){ .number = it->number, .lines = lines };
  session->asked_octets += octets;
  if (session->asked == DOOR_BATCH || session->asked_octets >= BATCH_OCTETS) door_relay(session);
}

void door_answer(DoorSession *session, const char *format, ...)
{
  va_list arguments;
  if (!session->over) door_relay(session);
  if (session->over) return;
  va_start(arguments, format);
  g_autofree char *line = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  door_wire_say(&session->wire, line, strlen(line));
  door_wire_say(&session->wire, "\r\n", 2);
}

void door_error(DoorSession *session, const char *text)
{
  door_answer(session, "-ERR %s", text);
  if (++session->errors > session->wire.door->limits.errors) session->over = TRUE;
}

void door_refuse(DoorSession *session, const char *code, const char *sentence)
{
  g_autofree char *text = g_strndup(sentence, LONGEST_TEXT);
  for (char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl(*c)) *c = ' ';
  g_autofree char *line = g_strconcat("-ERR ", code, text, "\r\n", NULL);
  door_wire_say(&session->wire, line, strlen(line));
}

void door_broke(DoorSession *session, const GError *problem)
{
  session->link = NULL;
  session->over = TRUE;
  if (session->host->broke != NULL) session->host->broke(problem, session->host->data);
}
