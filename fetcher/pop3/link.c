/* link.c - a session with a POP3 server, from its greeting to its end
 * Owns:     greeting, capabilities, STLS, the short commands, the end of a session.
 * Must not: send a secret before the server's certificate and name are verified (loopback excepted); send QUIT unasked.
 * Fails:    as link.h says.
 * Tests:    tests/fetcher/pop3/test_sign_in.c, tests/fetcher/pop3/test_link.c,
 *           tests/fetcher/pop3/test_delete.c */
#include "fetcher/pop3/private.h"
#include <string.h>

/* Seconds between two sign-ins: where the server does not say how many; for which a pass waits. */
#define USUAL_DELAY 60
#define LONGEST_DELAY 120

void pop3_link_free(Pop3Link *link)
{
  if (link == NULL) return;
  stream_free(link->stream);
  g_free(link->user);
  g_free(link->mechanisms);
  g_array_unref(link->rows);
  g_array_unref(link->sizes);
  g_string_free(link->line, TRUE);
  g_free(link);
}

static Pop3Link *link_new(Stream *stream, const char *user)
{
  Pop3Link *link = g_new0(Pop3Link, 1);
  link->stream = stream;
  link->user = g_strdup(user);
  link->mechanisms = g_strdup(" ");
  link->rows = pop3_rows_new();
  link->sizes = g_array_new(FALSE, TRUE, sizeof(guint64));
  link->line = g_string_new(NULL);
  return link;
}

static void take_capability(Pop3Link *link, const char *line)
{
  static const struct {
    const char *word;
    Pop3Can bit;
  } words[] = { { "STLS", POP3_STLS }, { "USER", POP3_USER }, { "TOP", POP3_TOP }, { "PIPELINING", POP3_PIPELINING } };
  g_auto(GStrv) parts = g_strsplit_set(line, " \t", 2);
  if (parts[0] == NULL) return;
  for (guint i = 0; i < G_N_ELEMENTS(words); i++)
    if (g_ascii_strcasecmp(parts[0], words[i].word) == 0) link->can |= words[i].bit;
  if (parts[1] == NULL) return;
  if (g_ascii_strcasecmp(parts[0], "LOGIN-DELAY") == 0) link->delay = (guint)g_ascii_strtoull(parts[1], NULL, 10);
  if (g_ascii_strcasecmp(parts[0], "EXPIRE") == 0 && strcmp(g_strstrip(parts[1]), "0") == 0) link->can |= POP3_EXPIRES;
  if (g_ascii_strcasecmp(parts[0], "SASL") == 0) {
    g_autofree char *capitals = g_ascii_strup(parts[1], -1), *before = link->mechanisms;
    link->mechanisms = g_strconcat(before, g_strstrip(capitals), " ", NULL);
  }
}

/* Old servers have no CAPA. Then every command is tried. */
static gboolean ask_capabilities(Pop3Link *link, GError **error)
{
  link->can = 0;
  g_free(link->mechanisms);
  link->mechanisms = g_strdup(" ");
  Pop3Answer answer = pop3_ask(link, POP3_WORD, error, "CAPA");
  if (answer != POP3_OK) return answer == POP3_ERR;
  link->can = POP3_KNOWN;
  while (pop3_line(link, POP3_LINE, error)) {
    if (strcmp(link->line->str, ".") == 0) return TRUE;
    take_capability(link, link->line->str);
  }
  return FALSE;
}

static gboolean greet(Pop3Link *link, GError **error)
{
  switch (pop3_answer(link, POP3_WORD, FALSE, error)) {
  case POP3_OK: return TRUE;
  case POP3_ERR: return pop3_refused(link, STORE_ERROR_LINK, "talk to us now", error);
  default: return FALSE;
  }
}

static gboolean start_tls(Pop3Link *link, const AccountConfig *account, GError **error)
{
  const char *where = stream_where(link->stream);
  if (!ask_capabilities(link, error)) return FALSE;
  if (link->can & POP3_KNOWN && !(link->can & POP3_STLS)) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL,
                "%s does not offer STLS, or another computer in between hides it: set security to tls. The password "
                "was not sent.",
                where);
    return FALSE;
  }
  Pop3Answer answer = pop3_ask(link, POP3_WORD, error, "STLS");
  if (answer == POP3_NONE) return FALSE;
  if (answer == POP3_ERR) return pop3_refused(link, STORE_ERROR_FATAL, "start TLS (set security to tls)", error);
  if (link->start != link->end) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL,
                "Something between this computer and %s added answers before TLS began. The password was not sent.",
                where);
    return FALSE;
  }
  return stream_start_tls(link->stream, account->ca_file, error);
}

static gboolean begin(Pop3Link *link, const AccountConfig *account, const char *secret, GError **error)
{
  if (account->security == SECURITY_TLS && !stream_start_tls(link->stream, account->ca_file, error)) return FALSE;
  if (!greet(link, error)) return FALSE;
  if (account->security == SECURITY_STARTTLS && !start_tls(link, account, error)) return FALSE;
  if (!ask_capabilities(link, error)) return FALSE;
  if (!pop3_sign_in(link, account, secret, error)) return FALSE;
  /* After the sign-in, some servers tell more capabilities, and some tell none. */
  guint before = link->can;
  if (before & POP3_KNOWN && !ask_capabilities(link, error)) return FALSE;
  link->can |= before;
  if (link->can & POP3_KNOWN) link->top = link->can & POP3_TOP ? POP3_TOP_THERE : POP3_TOP_ABSENT;
  if (!(link->can & POP3_EXPIRES) || link->top == POP3_TOP_THERE) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL,
              "%s deletes every message that was read (EXPIRE 0) and has no TOP, so that Backstop cannot look at mail "
              "and leave it there: ask whoever runs the server.",
              stream_where(link->stream));
  return FALSE;
}

Pop3Link *pop3_link_over(Stream *stream, const AccountConfig *account, const char *secret, gboolean *too_soon,
                         GError **error)
{
  g_autoptr(Pop3Link) link = link_new(stream, account->user);
  if (begin(link, account, secret, error)) return g_steal_pointer(&link);
  *too_soon = pop3_has_code(link, "LOGIN-DELAY");
  /* Send nothing more to this server. */
  stream_abandon(stream);
  return NULL;
}

static Pop3Link *open_once(const AccountConfig *account, const char *secret, gboolean *too_soon, GError **error)
{
  Stream *stream = stream_connect_for(account, secret, error);
  return stream != NULL ? pop3_link_over(stream, account, secret, too_soon, error) : NULL;
}

Pop3Link *pop3_link_open(const AccountConfig *account, const char *secret, GError **error)
{
  gboolean too_soon = FALSE;
  return open_once(account, secret, &too_soon, error);
}

Pop3Link *pop3_link_open_again(const AccountConfig *account, const char *secret, guint delay, GError **error)
{
  g_autoptr(GError) problem = NULL;
  gboolean too_soon = FALSE;
  Pop3Link *link = open_once(account, secret, &too_soon, &problem);
  if (link != NULL) return link;
  if (too_soon && delay <= LONGEST_DELAY) {
    g_usleep((delay > 0 ? delay : USUAL_DELAY) * G_USEC_PER_SEC);
    return pop3_link_open(account, secret, error);
  }
  g_propagate_error(error, g_steal_pointer(&problem));
  return NULL;
}

guint pop3_link_delay(const Pop3Link *link) { return link->delay; }

static gboolean simple(Pop3Link *link, const char *command, const char *doing, GError **error)
{
  Pop3Answer answer = pop3_ask(link, POP3_WORD, error, "%s", command);
  return answer == POP3_OK || (answer == POP3_ERR && pop3_refused(link, STORE_ERROR_LINK, doing, error));
}

gboolean pop3_link_reset(Pop3Link *link, GError **error)
{
  return simple(link, "RSET", "take back what was marked", error);
}

gboolean pop3_link_noop(Pop3Link *link, GError **error) { return simple(link, "NOOP", "go on", error); }

gboolean pop3_link_quit(Pop3Link *link, GError **error)
{
  gboolean done = simple(link, "QUIT", "remove all that was marked", error);
  link->over = TRUE;
  return done;
}

void pop3_link_set_timeout(Pop3Link *link, guint seconds) { stream_set_timeout(link->stream, seconds); }

gboolean pop3_link_has_top(const Pop3Link *link) { return link->top != POP3_TOP_ABSENT; }

const char *pop3_link_where(const Pop3Link *link) { return stream_where(link->stream); }
