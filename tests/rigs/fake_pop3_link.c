/* fake_pop3_link.c - a session with a POP3 server in memory
 * Owns:     the messages, the record of what was asked.
 * Must not: be linked into a program that is installed.
 * Fails:    as it is told to: MESSAGE for one deletion, LINK for a connection that breaks.
 * Tests:    used by tests/fetcher/door/test_door.c and tests/fetcher/door/test_mail.c */
#include "tests/rigs/fake_pop3_link.h"
#include <string.h>

Pop3Link *fake_link_new(void)
{
  Pop3Link *link = g_new0(Pop3Link, 1);
  link->mails = g_array_new(FALSE, TRUE, sizeof(FakeMail));
  link->rows = g_array_new(FALSE, TRUE, sizeof(Pop3Row));
  link->heard = g_string_new(NULL);
  link->piece = 16384;
  link->break_after = -1;
  return link;
}

FakeMail *fake_link_add(Pop3Link *link, const char *lines, gssize length, gboolean hidden)
{
  FakeMail mail = { 0 };
  if (lines != NULL) mail.lines = g_bytes_new(lines, length < 0 ? strlen(lines) : (gsize)length);
  mail.octets = lines != NULL ? g_bytes_get_size(mail.lines) : (guint64)length;
  g_array_append_val(link->mails, mail);
  Pop3Row row = { .number = link->mails->len, .octets = mail.octets };
  if (!hidden) {
    row.uid = g_strdup_printf("uid-%u", row.number);
    g_array_append_val(link->rows, row);
  }
  return &g_array_index(link->mails, FakeMail, link->mails->len - 1);
}

void fake_link_free(Pop3Link *link)
{
  for (guint i = 0; i < link->mails->len; i++) g_bytes_unref(g_array_index(link->mails, FakeMail, i).lines);
  for (guint i = 0; i < link->rows->len; i++) g_free(g_array_index(link->rows, Pop3Row, i).uid);
  g_array_free(link->mails, TRUE);
  g_array_free(link->rows, TRUE);
  g_string_free(link->heard, TRUE);
  g_free(link);
}

char fake_octet(guint64 at)
{
  if (at % 80 == 78) return '\r';
  return at % 80 == 79 ? '\n' : (char)('a' + at / 80 % 26);
}

static gboolean broken(GError **error)
{
  g_set_error_literal(error, STORE_ERROR, STORE_ERROR_LINK, "pop.example.org:995 closed the connection.");
  return FALSE;
}

/* How much of a message TOP gives. */
static guint64 top_octets(const FakeMail *mail, gint lines)
{
  gsize length;
  const char *start = g_bytes_get_data(mail->lines, &length); /* NULL where there are none */
  const char *c = length > 0 ? (const char *)memmem(start, length, "\r\n\r\n", 4) : NULL;
  if (c == NULL) return length;
  const char *end = start + length;
  for (c += 4; lines > 0 && c < end; lines--) c = (const char *)memchr(c, '\n', (gsize)(end - c)) + 1;
  return (guint64)(c - start);
}

static gboolean give(Pop3Link *link, guint ask, const FakeMail *mail, guint64 octets, const Pop3Sink *sink)
{
  g_autofree char *buffer = g_malloc(link->piece);
  gboolean wanted = sink->piece(ask, "", 0, sink->data);
  for (guint64 at = 0; at < octets;) {
    gsize n = (gsize)MIN(link->piece, octets - at);
    gint64 left = link->break_after - g_atomic_int_get(&link->given);
    if (link->break_after >= 0 && left < (gint64)n) n = (gsize)left;
    if (mail->lines != NULL)
      memcpy(buffer, (const char *)g_bytes_get_data(mail->lines, NULL) + at, n);
    else
      for (gsize i = 0; i < n; i++) buffer[i] = fake_octet(at + i);
    if (link->delay > 0) g_usleep(link->delay);
    g_atomic_int_add(&link->given, (gint)n);
    if (wanted && n > 0) wanted = sink->piece(ask, buffer, n, sink->data);
    if (link->break_after >= 0 && g_atomic_int_get(&link->given) >= link->break_after) return FALSE;
    at += n;
  }
  return TRUE;
}

gboolean pop3_link_fetch(Pop3Link *link, const Pop3Ask *asks, guint n, const Pop3Sink *sink, GError **error)
{
  link->calls++;
  link->busy = TRUE;
  link->most = MAX(link->most, n);
  for (guint i = 0; i < n; i++) {
    const FakeMail *mail = &g_array_index(link->mails, FakeMail, asks[i].number - 1);
    if (asks[i].lines < 0)
      g_string_append_printf(link->heard, "RETR %u;", asks[i].number);
    else
      g_string_append_printf(link->heard, "TOP %u %d;", asks[i].number, asks[i].lines);
    gboolean part = asks[i].lines >= 0 && !link->no_top && mail->lines != NULL;
    guint64 octets = part ? top_octets(mail, asks[i].lines) : mail->octets;
    if (mail->refusal == NULL && !give(link, i, mail, octets, sink)) return broken(error);
    sink->done(i, mail->refusal, sink->data);
  }
  link->busy = FALSE;
  return TRUE;
}

gboolean pop3_link_has_top(const Pop3Link *link) { return !link->no_top; }

gboolean pop3_link_delete(Pop3Link *link, guint number, const char *uid, GError **error)
{
  g_string_append_printf(link->heard, "DELE %u %s;", number, uid);
  if (link->breaks_at_delete) return broken(error);
  if (!g_array_index(link->mails, FakeMail, number - 1).stays) return TRUE;
  g_set_error_literal(error, STORE_ERROR, STORE_ERROR_MESSAGE, "pop.example.org:995 does not delete this message.");
  return FALSE;
}

gboolean pop3_link_delete_all(Pop3Link *link, const Pop3Row *const *rows, guint n,
                              gboolean (*done)(guint row, const char *refusal, gpointer data), gpointer data,
                              GError **error)
{
  gboolean more = TRUE;
  for (guint i = 0; i < n && more; i++) {
    g_autoptr(GError) problem = NULL;
    if (!pop3_link_delete(link, rows[i]->number, rows[i]->uid, &problem) && problem->code != STORE_ERROR_MESSAGE) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
    more = done(i, problem != NULL ? problem->message : NULL, data);
  }
  return TRUE;
}

gboolean pop3_link_noop(Pop3Link *link, GError **error)
{
  g_atomic_int_inc(&link->noops);
  if (link->busy) g_string_append(link->heard, "NOOP in the middle;");
  return !link->breaks_at_noop || broken(error);
}
