/* pop3_peer.c - a scripted POP3 server for tests
 * Owns:     its maildrop, what the last QUIT left of it.
 * Must not: be linked into a program that is installed.
 * Fails:    as peer.c does.
 * Tests:    used by tests/fetcher/pop3/test_link.c and tests/fetcher/pop3/test_box.c */
#include "tests/rigs/pop3_peer.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  Peer *peer;
  const Pop3Conversation *conversation;
  guint played; /* bit per turn */
  gsize said;
  gboolean secure;
  gboolean *marked, *gone; /* by message */
} Host;

static void say_bytes(Host *host, const char *bytes, gsize length)
{
  gsize cut = host->conversation->cut;
  gboolean over = cut != 0 && host->said + length >= cut;
  if (over) length = cut - host->said;
  host->said += length;
  peer_say_bytes(host->peer, bytes, length);
  if (over) _exit(0);
}

static void say(Host *host, const char *text) { say_bytes(host, text, strlen(text)); }

/* A message, dots doubled, to so many lines of its body (-1: all). */
static void say_mail(Host *host, const Pop3Mail *mail, gint lines)
{
  gsize length = mail->length != 0 ? mail->length : strlen(mail->text);
  const char *p = mail->text, *end = p + length;
  gboolean in_body = FALSE;
  g_autoptr(GString) wire = g_string_new("+OK here it is\r\n");
  while (p < end && !(in_body && lines == 0)) {
    const char *stop = memmem(p, (gsize)(end - p), "\r\n", 2);
    const char *next = stop != NULL ? stop + 2 : end;
    if (in_body && lines > 0) lines--;
    if (next - p == 2) in_body = TRUE;
    if (*p == '.') g_string_append_c(wire, '.');
    g_string_append_len(wire, p, next - p);
    if (stop == NULL) g_string_append(wire, "\r\n");
    p = next;
  }
  g_string_append(wire, ".\r\n");
  say_bytes(host, wire->str, wire->len);
}

static gboolean is_there(const Host *host, gint number)
{
  return number >= 1 && (guint)number <= host->conversation->n && !host->gone[number - 1] && !host->marked[number - 1];
}

/* Numbers are those of the first session: gone messages leave holes, which no client may mind. */
static void list(Host *host, const char *command, gboolean uidl)
{
  gint only = atoi(command + 4);
  g_autoptr(GString) text = g_string_new(only == 0 ? "+OK\r\n" : "");
  if (only != 0 && !is_there(host, only)) {
    say(host, "-ERR no such message\r\n");
    return;
  }
  for (guint i = 0; i < host->conversation->n; i++) {
    const Pop3Mail *mail = &host->conversation->mails[i];
    if (!is_there(host, (gint)i + 1) || (only != 0 && (guint)only != i + 1)) continue;
    if (uidl && mail->uid == NULL) continue;
    guint64 octets = mail->octets != 0 ? mail->octets : mail->length != 0 ? mail->length : strlen(mail->text);
    g_string_append_printf(text, "%s%u ", only != 0 ? "+OK " : "", i + 1);
    if (uidl)
      g_string_append_printf(text, "%s\r\n", mail->uid);
    else
      g_string_append_printf(text, "%" G_GUINT64_FORMAT "\r\n", octets);
  }
  if (only == 0) g_string_append(text, ".\r\n");
  say_bytes(host, text->str, text->len);
}

static void tell_capabilities(Host *host)
{
  const Pop3Conversation *conversation = host->conversation;
  const char *lines =
      conversation->capabilities != NULL ? conversation->capabilities : "USER\r\nTOP\r\nUIDL\r\nPIPELINING\r\n";
  if (host->secure && conversation->secure != NULL) lines = conversation->secure;
  g_autofree char *answer = g_strdup_printf("+OK\r\n%s.\r\n", lines);
  say(host, *lines != '\0' ? answer : "-ERR what?\r\n");
}

static void usual(Host *host, const char *command)
{
  g_auto(GStrv) words = g_strsplit(command, " ", -1);
  const char *word = words[0] != NULL ? words[0] : "";
  gint number = words[0] != NULL && words[1] != NULL ? atoi(words[1]) : 0;
  gboolean top = strcmp(word, "TOP") == 0;
  if (strcmp(word, "CAPA") == 0)
    tell_capabilities(host);
  else if (strcmp(word, "LIST") == 0 || strcmp(word, "UIDL") == 0)
    list(host, command, *word == 'U');
  else if (top || strcmp(word, "RETR") == 0) {
    if (is_there(host, number))
      say_mail(host, &host->conversation->mails[number - 1], top ? atoi(words[2]) : -1);
    else
      say(host, "-ERR no such message\r\n");
  } else if (strcmp(word, "DELE") == 0) {
    gboolean there = is_there(host, number);
    if (there) host->marked[number - 1] = TRUE;
    say(host, there ? "+OK marked\r\n" : "-ERR no such message\r\n");
  } else if (strcmp(word, "AUTH") == 0 && g_strv_length(words) == 2) {
    say(host, "+ \r\n");
    if (peer_hear(host->peer) != NULL) say(host, "+OK\r\n");
  } else if (strcmp(word, "RSET") == 0) {
    memset(host->marked, 0, sizeof(gboolean) * host->conversation->n);
    say(host, "+OK\r\n");
  } else if (strcmp(word, "XYZZY") == 0)
    say(host, "-ERR what?\r\n");
  else
    say(host, "+OK\r\n");
}

static const Pop3Turn *find_turn(Host *host, const char *command)
{
  const Pop3Turn *turns = host->conversation->turns;
  for (guint i = 0; i < G_N_ELEMENTS(host->conversation->turns) && turns[i].command != NULL; i++) {
    if (g_ascii_strncasecmp(command, turns[i].command, strlen(turns[i].command)) != 0 || host->played & 1u << i)
      continue;
    if (turns[i].once) host->played |= 1u << i;
    return &turns[i];
  }
  return NULL;
}

static void play(Host *host, const char *command)
{
  const Pop3Turn *turn = find_turn(host, command);
  if (turn == NULL) {
    usual(host, command);
    return;
  }
  if (turn->answer != NULL) say_bytes(host, turn->answer, turn->length != 0 ? turn->length : strlen(turn->answer));
  if (turn->act != NULL) turn->act(host->peer);
  if (turn->answer == NULL || *turn->answer != '+' || g_ascii_toupper(turn->answer[1]) == 'O') return;
  if (peer_hear(host->peer) == NULL) return;
  say(host, turn->then != NULL ? turn->then : "+OK\r\n");
  if (turn->then == NULL || *turn->then != '+' || g_ascii_toupper(turn->then[1]) == 'O') return;
  if (peer_hear(host->peer) != NULL) say(host, turn->last != NULL ? turn->last : "+OK\r\n");
}

static void session(Host *host)
{
  const Pop3Conversation *conversation = host->conversation;
  host->secure = conversation->cert != CERT_NONE && !conversation->stls;
  if (host->secure && !peer_start_tls(host->peer, conversation->cert, conversation->priority)) return;
  say(host, conversation->greeting != NULL ? conversation->greeting : "+OK ready <1896.697@example.org>\r\n");
  for (const char *line; (line = peer_hear(host->peer)) != NULL;) {
    g_autofree char *command = g_strdup(line);
    play(host, command);
    if (strcmp(command, "QUIT") == 0) {
      for (guint i = 0; i < conversation->n; i++) host->gone[i] |= host->marked[i];
      return;
    }
    if (strcmp(command, "STLS") != 0 || !conversation->stls || find_turn(host, command) != NULL) continue;
    if (!peer_start_tls(host->peer, conversation->cert, conversation->priority)) return;
    host->secure = TRUE;
  }
}

void pop3_peer(Peer *peer, gconstpointer data)
{
  Host host = { .peer = peer, .conversation = data };
  host.gone = g_new0(gboolean, host.conversation->n + 1);
  for (guint i = 0; i == 0 || i < host.conversation->sessions; i++) {
    if (i > 0) peer_next(peer);
    host.marked = g_new0(gboolean, host.conversation->n + 1);
    session(&host);
    g_free(host.marked);
  }
  g_free(host.gone);
}

AccountConfig pop3_account(const Server *server, Security security)
{
  return (AccountConfig){ .name = (char *)"test",
                          .host = (char *)"localhost",
                          .port = server_port(server),
                          .security = security,
                          .ca_file = (char *)certs_ca_file(),
                          .user = (char *)POP3_USER,
                          .timeout = 10 };
}

gboolean pop3_knows_secret(const char *text)
{
  static const char line[] = "\0" POP3_USER "\0" POP3_SECRET,
                    bearer[] = "user=" POP3_USER "\1auth=Bearer " POP3_SECRET "\1\1";
  g_autofree char *plain = g_base64_encode((const guchar *)line, sizeof line - 1);
  g_autofree char *token = g_base64_encode((const guchar *)bearer, sizeof bearer - 1);
  g_autofree char *alone = g_base64_encode((const guchar *)POP3_SECRET, strlen(POP3_SECRET));
  return strstr(text, POP3_SECRET) != NULL || strstr(text, alone) != NULL || strstr(text, plain) != NULL
         || strstr(text, token) != NULL;
}
