/* stream.c - the one way to a server
 * Owns:     the socket, its deadline, the first error.
 * Must not: know IMAP commands; block without a deadline (name look-up excepted); raise SIGPIPE.
 * Fails:    STORE_ERROR_LINK; STORE_ERROR_FATAL for TLS and for a peer that is not on loopback when it must be.
 * Tests:    tests/fetcher/net/test_stream.c */
#include "fetcher/net/stream.h"
#include "fetcher/net/tls.h"
#include "fetcher/store/store.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A server drips whose answer comes in more pieces than PIECES, which have fewer bytes than FEW, one with the other. It
 * is read after PAUSE microseconds, then after eight times that, and so on. A TLS record counts when it is whole, or
 * has woken us so often. */
#define PIECES 2
#define FEW 16
#define PAUSE ((gint64)G_USEC_PER_SEC)
#define RECORD 64

struct Stream {
  int fd;
  char *host, *where;
  guint timeout;    /* seconds */
  gint64 waited;    /* µs that this command has waited */
  guint64 received; /* bytes received for this command */
  guint waits;      /* for bytes, in this command */
  guint pieces;     /* in which they came */
  guint64 budget;   /* the most that may be */
  Tls *tls;
  GError *error; /* the first error; once set, all reads and writes fail */
};

static gboolean fail(Stream *stream, GError *error)
{
  if (stream->error == NULL)
    stream->error = error;
  else
    g_error_free(error);
  return FALSE;
}

static gboolean fail_link(Stream *stream, const char *what)
{
  return fail(stream, g_error_new(STORE_ERROR, STORE_ERROR_LINK, "%s %s.", stream->where, what));
}

/* How long the server may be silent now, microseconds: at most `timeout` seconds, and the rest of the command's time.
 */
static gint64 patience_with(const Stream *stream)
{
  gint64 allowance = (gint64)stream->timeout * G_USEC_PER_SEC + (gint64)(stream->received >> 12) * G_USEC_PER_SEC;
  return MIN((gint64)stream->timeout * G_USEC_PER_SEC, allowance - stream->waited);
}

/* Waits for fd as long as patience lasts. */
static gboolean wait_for(Stream *stream, short events)
{
  gint64 start = g_get_monotonic_time(), patience = patience_with(stream);
  for (;;) {
    gint64 left = patience - (g_get_monotonic_time() - start);
    if (left <= 0) break;
    struct pollfd fd = { .fd = stream->fd, .events = events };
    int n = poll(&fd, 1, (int)((left + 999) / 1000));
    if (n == 0 || (n < 0 && errno == EINTR)) continue;
    stream->waited += g_get_monotonic_time() - start;
    return n > 0 || fail_link(stream, g_strerror(errno));
  }
  g_autofree char *what = g_strdup_printf("did not answer within %u second%s: check the network, or raise timeout",
                                          stream->timeout, stream->timeout == 1 ? "" : "s");
  return fail_link(stream, what);
}

/* The result of an attempt to read or write n bytes: 0: try again later; -1: the connection is broken. */
static ssize_t outcome(Stream *stream, ssize_t n)
{
  const char *reason = NULL;
  if (n > 0) return n;
  if (stream->tls == NULL) {
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (n < 0 && errno != ECONNRESET && errno != EPIPE) reason = g_strerror(errno);
  } else {
    if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED) return 0;
    if (n != 0 && n != GNUTLS_E_PREMATURE_TERMINATION && n != GNUTLS_E_PULL_ERROR && n != GNUTLS_E_PUSH_ERROR)
      reason = gnutls_strerror((int)n);
  }
  g_autofree char *what = reason != NULL ? g_strdup_printf("broke the connection (%s)", reason) : NULL;
  fail_link(stream, what != NULL ? what : "closed the connection");
  return -1;
}

ssize_t stream_read_now(Stream *stream, void *buffer, gsize size)
{
  if (stream->error != NULL) return -1;
  ssize_t n =
      stream->tls != NULL ? gnutls_record_recv(stream->tls->session, buffer, size) : recv(stream->fd, buffer, size, 0);
  n = outcome(stream, n);
  if (n <= 0) return n;
  stream->received += (guint64)n;
  if (stream->received <= stream->budget) return n;
  fail_link(stream, "sent more than a reasonable answer can have");
  return -1;
}

short stream_events(const Stream *stream)
{
  /* TLS may have to write before it can read more. */
  return stream->tls != NULL && gnutls_record_get_direction(stream->tls->session) ? POLLOUT : POLLIN;
}

/* Lets bytes gather where the server drips: else each one would wake us. */
static void let_gather(Stream *stream)
{
  guint pieces = MAX(stream->pieces, stream->waits++ / RECORD);
  if (pieces < PIECES || stream->received >= (guint64)pieces * FEW) return;
  gint64 pause = MIN(PAUSE << MIN(3 * (pieces - PIECES), 30), patience_with(stream));
  if (pause <= 0) return;
  g_usleep((gulong)pause);
  stream->waited += pause;
}

ssize_t stream_read(Stream *stream, void *buffer, gsize size)
{
  ssize_t n;
  while ((n = stream_read_now(stream, buffer, size)) == 0) {
    let_gather(stream);
    wait_for(stream, stream_events(stream));
  }
  stream->pieces++;
  return n;
}

/* Reads or writes at least one byte; -1 once the connection is broken. */
static ssize_t write_some(Stream *stream, const void *bytes, gsize size)
{
  ssize_t n = 0;
  while (n == 0 && size > 0 && stream->error == NULL) {
    n = stream->tls != NULL ? gnutls_record_send(stream->tls->session, bytes, size)
                            : send(stream->fd, bytes, size, MSG_NOSIGNAL);
    n = outcome(stream, n);
    if (n == 0) wait_for(stream, stream->tls != NULL ? stream_events(stream) : POLLOUT);
  }
  return stream->error == NULL ? n : -1;
}

gboolean stream_write(Stream *stream, const void *bytes, gsize size)
{
  for (const char *p = bytes; size > 0;) {
    ssize_t n = write_some(stream, p, size);
    if (n < 0) return FALSE;
    p += n;
    size -= (gsize)n;
  }
  return stream->error == NULL;
}

static gboolean is_loopback(const struct sockaddr *address)
{
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *v4 = (const void *)address;
    return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
  }
  const struct sockaddr_in6 *v6 = (const void *)address;
  return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

/* Turns on keep-alive by the kernel: if the connection is lost without notice (the computer slept, a router forgot the
 * connection), the socket has an error within 4 minutes, and this process need not wake up to find out. */
static void keep_alive(int fd)
{
  static const struct {
    int level, name, value;
  } options[] = { { SOL_SOCKET, SO_KEEPALIVE, 1 },           { IPPROTO_TCP, TCP_KEEPIDLE, 120 },
                  { IPPROTO_TCP, TCP_KEEPINTVL, 30 },        { IPPROTO_TCP, TCP_KEEPCNT, 4 },
                  { IPPROTO_TCP, TCP_USER_TIMEOUT, 240000 }, { IPPROTO_TCP, TCP_NODELAY, 1 } };
  for (guint i = 0; i < G_N_ELEMENTS(options); i++)
    setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof options[i].value);
}

/* Tries one address. On failure the stream has an error, which the next attempt clears. */
static gboolean connect_to(Stream *stream, const struct addrinfo *address)
{
  stream->fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (stream->fd < 0) return fail_link(stream, g_strerror(errno));
  int problem = connect(stream->fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
  if (problem == EINPROGRESS || problem == EINTR) {
    if (!wait_for(stream, POLLOUT)) return FALSE;
    socklen_t n = sizeof problem;
    if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &problem, &n) != 0) problem = errno;
  }
  if (problem != 0) {
    g_autofree char *what =
        g_strdup_printf("cannot be reached (%s): check the network, host and port", g_strerror(problem));
    return fail_link(stream, what);
  }
  keep_alive(stream->fd);
  return TRUE;
}

static gboolean connect_any(Stream *stream, const struct addrinfo *addresses, gboolean loopback_only)
{
  for (const struct addrinfo *a = addresses; a != NULL; a = a->ai_next) {
    if (loopback_only && !is_loopback(a->ai_addr)) continue;
    g_clear_error(&stream->error);
    if (stream->fd >= 0) close(stream->fd);
    stream_command(stream, STREAM_BUDGET);
    if (connect_to(stream, a)) return TRUE;
  }
  if (stream->error == NULL)
    fail(stream,
         g_error_new(STORE_ERROR, STORE_ERROR_FATAL,
                     "%s is not on this computer: a connection without TLS is only made to loopback; set security "
                     "to tls or starttls.",
                     stream->where));
  return FALSE;
}

Stream *stream_over(int fd, const char *host, guint16 port, guint timeout)
{
  Stream *stream = g_new0(Stream, 1);
  stream->fd = fd;
  stream->host = g_hostname_to_ascii(host);
  if (stream->host == NULL) stream->host = g_strdup(host);
  stream->where = g_strdup_printf("%s:%u", host, port);
  stream->timeout = timeout;
  return stream;
}

Stream *stream_connect(const char *host, guint16 port, guint timeout, gboolean loopback_only, GError **error)
{
  g_autoptr(Stream) stream = stream_over(-1, host, port, timeout);
  char service[8];
  g_snprintf(service, sizeof service, "%u", port);
  struct addrinfo *addresses = NULL, hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
  int problem = getaddrinfo(stream->host, service, &hints, &addresses);
  if (problem != 0) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "The host %s is not known (%s): check host and the network.",
                host, problem == EAI_SYSTEM ? g_strerror(errno) : gai_strerror(problem));
    return NULL;
  }
  gboolean connected = connect_any(stream, addresses, loopback_only);
  freeaddrinfo(addresses);
  if (!connected) {
    g_propagate_error(error, g_steal_pointer(&stream->error));
    return NULL;
  }
  return g_steal_pointer(&stream);
}

Stream *stream_connect_for(const AccountConfig *account, const char *secret, GError **error)
{
  if (strpbrk(account->user, "\r\n") != NULL || strpbrk(secret, "\r\n") != NULL) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_AUTH, "The user or the password for %s holds a line break: check them.",
                account->host);
    return NULL;
  }
  return stream_connect(account->host, account->port, account->timeout, account->security == SECURITY_NONE, error);
}

gboolean stream_start_tls(Stream *stream, const char *ca_file, GError **error)
{
  GError *problem = NULL;
  gboolean upgraded = stream->received > 0; /* asked for by the last command, STARTTLS */
  stream_command(stream, STREAM_BUDGET);
  if (stream->error == NULL) stream->tls = tls_new(stream->fd, stream->host, ca_file, &problem);
  if (problem != NULL) fail(stream, problem);
  while (stream->error == NULL) {
    int code = gnutls_handshake(stream->tls->session);
    if (code == 0) {
      tls_settled(stream->tls);
      return TRUE;
    }
    if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED)
      wait_for(stream, gnutls_record_get_direction(stream->tls->session) ? POLLOUT : POLLIN);
    else if (gnutls_error_is_fatal(code))
      fail(stream, tls_explain(stream->tls, code, stream->where, upgraded));
  }
  if (error != NULL) *error = g_error_copy(stream->error);
  return FALSE;
}

void stream_command(Stream *stream, guint64 budget)
{
  stream->waited = 0;
  stream->received = 0;
  stream->waits = stream->pieces = 0;
  stream->budget = budget;
}

void stream_set_timeout(Stream *stream, guint seconds) { stream->timeout = seconds; }

const char *stream_where(const Stream *stream) { return stream->where; }

const GError *stream_error(const Stream *stream) { return stream->error; }

void stream_blame(Stream *stream, const char *what) { fail_link(stream, what); }

void stream_abandon(Stream *stream) { fail_link(stream, "was left"); }

int stream_fd(const Stream *stream) { return stream->fd; }

void stream_free(Stream *stream)
{
  if (stream == NULL) return;
  if (stream->tls != NULL && stream->error == NULL) gnutls_bye(stream->tls->session, GNUTLS_SHUT_WR);
  tls_free(stream->tls);
  if (stream->fd >= 0) close(stream->fd);
  g_clear_error(&stream->error);
  g_free(stream->host);
  g_free(stream->where);
  g_free(stream);
}
