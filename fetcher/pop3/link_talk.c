/* link_talk.c - lines to and from a POP3 server
 * Owns:     the bounded reader, the first line of an answer, the meaning of a refusal.
 * Must not: pass on words of a server that hold the user's name; take the end of a connection for the end of an answer.
 * Fails:    LINK for everything that is no answer; then the connection is broken.
 * Tests:    tests/fetcher/pop3/test_babble.c */
#include "fetcher/net/server_words.h"
#include "fetcher/pop3/private.h"
#include <string.h>

gboolean pop3_broken(Pop3Link *link, GError **error)
{
  const GError *reason = stream_error(link->stream);
  if (reason != NULL)
    g_propagate_error(error, g_error_copy(reason));
  else
    g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "%s gave an answer that is not POP3: check host and port.",
                stream_where(link->stream));
  stream_abandon(link->stream);
  return FALSE;
}

gboolean pop3_send(Pop3Link *link, const char *bytes, gsize length, GError **error)
{
  if (link->over) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "The session with %s has ended.", stream_where(link->stream));
    return FALSE;
  }
  return stream_write(link->stream, bytes, length) || pop3_broken(link, error);
}

gboolean pop3_fill(Pop3Link *link, GError **error)
{
  ssize_t n = stream_read(link->stream, link->buffer, sizeof link->buffer);
  link->start = 0;
  link->end = n > 0 ? (gsize)n : 0;
  return n > 0 || pop3_broken(link, error);
}

gboolean pop3_line(Pop3Link *link, gsize limit, GError **error)
{
  g_string_truncate(link->line, 0);
  for (;;) {
    const char *start = link->buffer + link->start;
    gsize length = link->end - link->start;
    const char *end = length > 0 ? memchr(start, '\n', length) : NULL;
    if (end != NULL) length = (gsize)(end - start);
    if (link->line->len + length > limit) {
      g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "%s sent a line without end.", stream_where(link->stream));
      stream_abandon(link->stream);
      return FALSE;
    }
    g_string_append_len(link->line, start, (gssize)length);
    link->start += length + (end != NULL);
    if (end != NULL) break;
    if (!pop3_fill(link, error)) return FALSE;
  }
  if (link->line->len > 0 && link->line->str[link->line->len - 1] == '\r')
    g_string_truncate(link->line, link->line->len - 1);
  return TRUE;
}

/* Is the line "+OK" or "+OK ...", but not "+OKAY"? */
static gboolean begins(const GString *line, const char *word)
{
  gsize n = strlen(word);
  return g_ascii_strncasecmp(line->str, word, n) == 0 && (line->str[n] == '\0' || g_ascii_isspace(line->str[n]));
}

Pop3Answer pop3_answer(Pop3Link *link, guint64 budget, gboolean more, GError **error)
{
  stream_command(link->stream, budget);
  if (!pop3_line(link, POP3_LINE, error)) return POP3_NONE;
  if (begins(link->line, "+OK")) return POP3_OK;
  if (begins(link->line, "-ERR")) return POP3_ERR;
  if (more && begins(link->line, "+")) return POP3_MORE;
  pop3_broken(link, error);
  return POP3_NONE;
}

Pop3Answer pop3_ask(Pop3Link *link, guint64 budget, GError **error, const char *format, ...)
{
  g_autoptr(GString) command = g_string_new(NULL);
  va_list arguments;
  va_start(arguments, format);
  g_string_vprintf(command, format, arguments);
  va_end(arguments);
  g_string_append(command, "\r\n");
  stream_command(link->stream, budget);
  if (!pop3_send(link, command->str, command->len, error)) return POP3_NONE;
  return pop3_answer(link, budget, FALSE, error);
}

const char *pop3_text(const Pop3Link *link)
{
  const char *text = link->line->str + strcspn(link->line->str, " \t");
  return text + strspn(text, " \t");
}

gboolean pop3_has_code(const Pop3Link *link, const char *code)
{
  const char *text = pop3_text(link);
  gsize n = strlen(code);
  return *text == '[' && g_ascii_strncasecmp(text + 1, code, n) == 0 && (text[1 + n] == ']' || text[1 + n] == ' ');
}

char *pop3_words(const Pop3Link *link)
{
  const char *text = pop3_text(link), *end = *text == '[' ? strchr(text, ']') : NULL;
  if (end != NULL) text = end + 1;
  return server_words(text + strspn(text, " \t"), link->user);
}

gboolean pop3_refused(Pop3Link *link, StoreError scope, const char *doing, GError **error)
{
  static const char *const passing[] = { "IN-USE", "LOGIN-DELAY", "SYS/TEMP" };
  g_autofree char *words = pop3_words(link);
  for (guint i = 0; i < G_N_ELEMENTS(passing); i++)
    if (pop3_has_code(link, passing[i])) scope = STORE_ERROR_LINK;
  g_set_error(error, STORE_ERROR, (int)scope, "%s refused to %s%s%s.", stream_where(link->stream), doing,
              words != NULL ? ": " : "", words != NULL ? words : "");
  return FALSE;
}
