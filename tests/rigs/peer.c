/* peer.c - a scripted server for tests
 * Owns:     the child process, its socket, the record of what it received.
 * Must not: be linked into a program that is installed.
 * Fails:    ends the test program: a test without its server proves nothing.
 * Tests:    used by tests/fetcher/net/, imap/ and pop3/ */
#include "tests/rigs/peer.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEARD ((gsize)1 << 20)

typedef struct {
  gsize length;
  char text[HEARD];
} Record;

struct Server {
  pid_t child;
  guint16 port;
  Record *record;
};

struct Peer {
  int fd, listener;
  gnutls_session_t tls;
  Record *record;
  gsize used; /* of record: what peer_hear() gave already */
  GString *line;
  guint played; /* bit per turn */
};

static void die(const char *what)
{
  g_printerr("peer: %s: %s\n", what, g_strerror(errno));
  abort();
}

void peer_say_bytes(Peer *peer, const char *bytes, gsize length)
{
  while (length > 0) {
    ssize_t n =
        peer->tls != NULL ? gnutls_record_send(peer->tls, bytes, length) : send(peer->fd, bytes, length, MSG_NOSIGNAL);
    if (n <= 0) _exit(0); /* the client had enough */
    bytes += n;
    length -= (gsize)n;
  }
}

void peer_say(Peer *peer, const char *text) { peer_say_bytes(peer, text, strlen(text)); }

/* FALSE at the end. */
static gboolean hear_more(Peer *peer)
{
  Record *record = peer->record;
  char buffer[4096];
  gsize room = MIN(sizeof buffer, HEARD - 1 - record->length);
  ssize_t n = peer->tls != NULL ? gnutls_record_recv(peer->tls, buffer, room) : recv(peer->fd, buffer, room, 0);
  if (n <= 0) return FALSE;
  for (ssize_t i = 0; i < n; i++) record->text[record->length + (gsize)i] = buffer[i] != '\0' ? buffer[i] : ' ';
  record->length += (gsize)n;
  return TRUE;
}

const char *peer_hear(Peer *peer)
{
  char *end;
  while ((end = strchr(peer->record->text + peer->used, '\n')) == NULL)
    if (!hear_more(peer)) return NULL;
  const char *start = peer->record->text + peer->used;
  g_string_truncate(peer->line, 0);
  g_string_append_len(peer->line, start, end - start);
  if (g_str_has_suffix(peer->line->str, "\r")) g_string_truncate(peer->line, peer->line->len - 1);
  peer->used = (gsize)(end + 1 - peer->record->text);
  return peer->line->str;
}

void peer_wait(Peer *peer)
{
  while (hear_more(peer)) {
  }
}

void peer_flood(Peer *peer, const char *text)
{
  g_autoptr(GString) block = g_string_new(NULL);
  while (block->len < 65536) g_string_append(block, text);
  for (guint i = 0; i < 2000; i++) peer_say_bytes(peer, block->str, block->len);
}

void peer_drip(Peer *peer, const char *first)
{
  peer_say(peer, first);
  for (guint i = 0; i < 1200; i++) {
    g_usleep(100000);
    peer_say(peer, "x");
  }
}

void peer_leave(Peer *peer) { _exit(0); }

/* What is said byte by byte goes out byte by byte. */
static int accept_client(int listener)
{
  int fd = accept(listener, NULL, NULL), yes = 1;
  if (fd >= 0) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

void peer_next(Peer *peer)
{
  if (peer->tls != NULL) gnutls_deinit(g_steal_pointer(&peer->tls));
  close(peer->fd);
  peer->fd = accept_client(peer->listener);
  peer->used = peer->record->length;
  if (peer->fd < 0) die("accept");
}

gboolean peer_start_tls(Peer *peer, Cert cert, const char *priority)
{
  gnutls_session_t session;
  gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
  if (gnutls_priority_set_direct(session, priority != NULL ? priority : "NORMAL", NULL) != 0) die("priority");
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, certs_credentials(cert));
  gnutls_transport_set_int(session, peer->fd);
  int code;
  do code = gnutls_handshake(session);
  while (code != 0 && !gnutls_error_is_fatal(code));
  if (code != 0) {
    /* The reason, as a server tells it. */
    gnutls_alert_send_appropriate(session, code);
    gnutls_deinit(session);
    return FALSE;
  }
  peer->tls = session;
  return TRUE;
}

static int listen_on_loopback(guint16 *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (void *)&address, size) != 0 || listen(fd, 1) != 0) die("listen");
  if (getsockname(fd, (void *)&address, &size) != 0) die("getsockname");
  *port = ntohs(address.sin_port);
  return fd;
}

Server *server_start(PeerScript script, gconstpointer data)
{
  Server *server = g_new0(Server, 1);
  int listener = listen_on_loopback(&server->port);
  server->record = mmap(NULL, sizeof(Record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (server->record == MAP_FAILED) die("mmap");
  server->child = fork();
  if (server->child < 0) die("fork");
  if (server->child == 0) {
    Peer peer = { .listener = listener, .record = server->record, .line = g_string_new(NULL) };
    alarm(120); /* never outlives a test that died */
    peer.fd = accept_client(listener);
    if (peer.fd >= 0) script(&peer, data);
    _exit(0);
  }
  close(listener);
  return server;
}

guint16 server_port(const Server *server) { return server->port; }

const char *server_heard(const Server *server) { return server->record->text; }

void server_stop(Server *server)
{
  for (guint i = 0; i < 200 && server->child != 0; i++) {
    if (waitpid(server->child, NULL, WNOHANG) == server->child)
      server->child = 0;
    else
      g_usleep(10000);
  }
}

void server_free(Server *server)
{
  if (server->child != 0) {
    kill(server->child, SIGKILL);
    waitpid(server->child, NULL, 0);
  }
  munmap(server->record, sizeof(Record));
  g_free(server);
}

/* "$ " at the start of a line is the tag. */
static void answer(Peer *peer, const char *text, const char *tag)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  g_autoptr(GString) whole = g_string_new(NULL);
  for (guint i = 0; lines[i] != NULL; i++) {
    gboolean tagged = g_str_has_prefix(lines[i], "$ ");
    g_string_append_printf(whole, "%s%s%s", tagged ? tag : "", lines[i] + tagged, lines[i + 1] != NULL ? "\n" : "");
  }
  peer_say_bytes(peer, whole->str, whole->len);
}

/* What a plain server says; the caller goes on listening. */
static const Turn usual[] = {
  { .command = "AUTHENTICATE PLAIN", .answer = "+ \r\n" },
  { .command = "LIST", .answer = "* LIST () \"/\" INBOX\r\n$ OK listed\r\n" },
  { .command = "SELECT",
    .answer =
        "* 3 EXISTS\r\n* FLAGS (\\Deleted)\r\n* OK [PERMANENTFLAGS (\\Deleted \\*)] x\r\n* OK [UIDVALIDITY 7] x\r\n"
        "* OK [UIDNEXT 10] x\r\n$ OK [READ-WRITE] selected\r\n" },
  { .command = "UID SEARCH", .answer = "* SEARCH 1 2 3\r\n$ OK found\r\n" },
  { .command = "LOGOUT", .answer = "* BYE\r\n$ OK bye\r\n" },
  { .command = "", .answer = "$ OK done\r\n" },
};

static const Turn *find_turn(Peer *peer, const Conversation *conversation, const char *command)
{
  for (guint i = 0; i < G_N_ELEMENTS(conversation->turns) && conversation->turns[i].command != NULL; i++) {
    const Turn *turn = &conversation->turns[i];
    if (g_ascii_strncasecmp(command, turn->command, strlen(turn->command)) != 0 || peer->played & 1u << i) continue;
    if (turn->once) peer->played |= 1u << i;
    return turn;
  }
  for (guint i = 0; i < G_N_ELEMENTS(usual); i++)
    if (g_ascii_strncasecmp(command, usual[i].command, strlen(usual[i].command)) == 0) return &usual[i];
  return NULL;
}

static void play(Peer *peer, const Conversation *conversation, const char *tag, const char *command)
{
  const char *capabilities =
      conversation->capabilities != NULL ? conversation->capabilities : "IMAP4rev1 AUTH=PLAIN UIDPLUS MOVE";
  const Turn *turn = find_turn(peer, conversation, command);
  gboolean is_usual = *turn->command == '\0';
  if (is_usual && g_ascii_strcasecmp(command, "CAPABILITY") == 0) {
    g_autofree char *list = g_strdup_printf("* CAPABILITY %s\r\n$ OK told\r\n", capabilities);
    answer(peer, list, tag);
    return;
  }
  if (turn->answer != NULL) answer(peer, turn->answer, tag);
  if (turn->act != NULL) turn->act(peer);
  if (turn->answer != NULL && (g_str_has_prefix(turn->answer, "+ ") || strstr(turn->answer, "\n+ ") != NULL)) {
    if (peer_hear(peer) == NULL) return;
    answer(peer, turn->then != NULL ? turn->then : "$ OK done\r\n", tag);
    if (turn->then != NULL && g_str_has_prefix(turn->then, "+ ")) {
      if (peer_hear(peer) == NULL) return;
      answer(peer, turn->last != NULL ? turn->last : "$ OK done\r\n", tag);
    }
  }
  if (is_usual && conversation->starttls && g_ascii_strcasecmp(command, "STARTTLS") == 0)
    if (!peer_start_tls(peer, conversation->cert, conversation->priority)) _exit(0);
}

void peer_converse(Peer *peer, gconstpointer data)
{
  const Conversation *conversation = data;
  if (conversation->cert != CERT_NONE && !conversation->starttls)
    if (!peer_start_tls(peer, conversation->cert, conversation->priority)) return;
  peer_say(peer, conversation->greeting != NULL ? conversation->greeting : "* OK ready\r\n");
  for (const char *line; (line = peer_hear(peer)) != NULL;) {
    g_auto(GStrv) words = g_strsplit(line, " ", 2);
    if (words[0] == NULL || words[1] == NULL) continue;
    play(peer, conversation, words[0], words[1]);
    if (g_ascii_strcasecmp(words[1], "LOGOUT") == 0) return;
  }
}
