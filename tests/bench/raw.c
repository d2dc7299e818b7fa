/* raw.c - the least a client must do to get the same answers
 * Owns:     one connection at a time: it signs in over TLS, sends commands, and throws the answers away.
 * Must not: be part of make check; parse more than it needs to find where an answer ends.
 * Fails:    with status 1 and the reason.
 * Tests:    by hand: make bench-flood, make bench-index */
#include <errno.h>
#include <gnutls/gnutls.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TAIL 32 /* bytes of a line's end that are kept: enough for a literal's length */

static struct {
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;
  int fd;
  char buffer[1 << 16];
  size_t at, end;
  unsigned long long bytes, commands, refused;
} raw = { .fd = -1 };

static _Noreturn void die(const char *what, const char *why)
{
  fprintf(stderr, "raw: %s: %s\n", what, why);
  exit(1);
}

static void check(int code, const char *what)
{
  if (code < 0) die(what, gnutls_strerror(code));
}

static void connect_to(const char *host, const char *port)
{
  struct addrinfo *list = NULL, hints = { .ai_socktype = SOCK_STREAM };
  int problem = getaddrinfo(host, port, &hints, &list), on = 1;
  if (problem != 0) die(host, gai_strerror(problem));
  for (struct addrinfo *a = list; a != NULL && raw.fd < 0; a = a->ai_next) {
    raw.fd = socket(a->ai_family, SOCK_STREAM, 0);
    if (connect(raw.fd, a->ai_addr, a->ai_addrlen) == 0) break;
    close(raw.fd);
    raw.fd = -1;
  }
  freeaddrinfo(list);
  if (raw.fd < 0) die(host, strerror(errno));
  setsockopt(raw.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  check(gnutls_init(&raw.session, GNUTLS_CLIENT), "gnutls_init");
  check(gnutls_priority_set_direct(raw.session, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", NULL), "priority");
  check(gnutls_credentials_set(raw.session, GNUTLS_CRD_CERTIFICATE, raw.credentials), "credentials");
  gnutls_session_set_verify_cert(raw.session, host, 0);
  gnutls_transport_set_int(raw.session, raw.fd);
  check(gnutls_handshake(raw.session), "handshake");
}

static void fill(void)
{
  ssize_t n;
  do n = gnutls_record_recv(raw.session, raw.buffer, sizeof raw.buffer);
  while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
  if (n <= 0) die("read", n == 0 ? "the server closed the connection" : gnutls_strerror((int)n));
  raw.at = 0;
  raw.end = (size_t)n;
  raw.bytes += (unsigned long long)n;
}

static void skip(unsigned long long n)
{
  while (n > 0) {
    if (raw.at == raw.end) fill();
    size_t here = raw.end - raw.at < n ? raw.end - raw.at : (size_t)n;
    raw.at += here;
    n -= here;
  }
}

/* Reads to the next line feed; head gets the first bytes, tail the last ones before it. */
static void read_line(char *head, char *tail)
{
  size_t head_length = 0, tail_length = 0;
  for (const char *feed = NULL; feed == NULL;) {
    if (raw.at == raw.end) fill();
    const char *from = raw.buffer + raw.at;
    feed = memchr(from, '\n', raw.end - raw.at);
    size_t n = feed != NULL ? (size_t)(feed - from) : raw.end - raw.at;
    for (size_t i = 0; i < n && head_length < TAIL - 1; i++) head[head_length++] = from[i];
    size_t last = n < TAIL - 1 ? n : TAIL - 1;
    size_t kept = tail_length + last > TAIL - 1 ? TAIL - 1 - last : tail_length;
    memmove(tail, tail + tail_length - kept, kept);
    memcpy(tail + kept, from + n - last, last);
    tail_length = kept + last;
    raw.at += n + (feed != NULL);
  }
  head[head_length] = '\0';
  tail[tail_length] = '\0';
}

/* The length of the literal that a line ending so announces; -1: none. */
static long long literal(char *tail)
{
  size_t n = strlen(tail);
  if (n > 0 && tail[n - 1] == '\r') tail[--n] = '\0';
  char *brace = n > 0 && tail[n - 1] == '}' ? strrchr(tail, '{') : NULL;
  if (brace == NULL || brace[1] < '0' || brace[1] > '9') return -1;
  char *end;
  long long length = strtoll(brace + 1, &end, 10);
  return *end == '}' ? length : -1;
}

/* Throws away everything up to and with the line that begins with tag. */
static void read_answer(const char *tag)
{
  char head[TAIL], rest[TAIL], tail[TAIL];
  size_t length = strlen(tag);
  do {
    read_line(head, tail);
    for (long long n; (n = literal(tail)) >= 0;) {
      skip((unsigned long long)n);
      read_line(rest, tail);
    }
  } while (strncmp(head, tag, length) != 0);
  if (strncmp(head + length, "OK", 2) != 0) raw.refused++;
}

static void send_all(const char *text, size_t length)
{
  while (length > 0) {
    ssize_t n = gnutls_record_send(raw.session, text, length);
    if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED) continue;
    check((int)n, "write");
    text += n;
    length -= (size_t)n;
  }
}

static void command(const char *text)
{
  static unsigned long long number;
  char tag[TAIL], *line;
  snprintf(tag, sizeof tag, "r%llu ", ++number);
  int length = asprintf(&line, "%s%s\r\n", tag, text);
  if (length < 0) die("asprintf", strerror(errno));
  send_all(line, (size_t)length);
  free(line);
  read_answer(tag);
  raw.commands++;
}

static void sign_in(char **argv)
{
  const char *password = getenv("BACKSTOP_BENCH_PASSWORD");
  char *login;
  connect_to(argv[1], argv[2]);
  read_answer("* ");
  if (password == NULL) die("BACKSTOP_BENCH_PASSWORD", "not set");
  if (asprintf(&login, "LOGIN \"%s\" \"%s\"", argv[4], password) < 0) die("asprintf", strerror(errno));
  unsigned long long refused = raw.refused;
  command(login);
  free(login);
  if (raw.refused > refused) die("LOGIN", "refused");
}

static void leave(void)
{
  gnutls_bye(raw.session, GNUTLS_SHUT_WR);
  gnutls_deinit(raw.session);
  close(raw.fd);
  raw.fd = -1;
  raw.at = raw.end = 0;
}

int main(int argc, char **argv)
{
  if (argc != 6)
    die("usage", "raw HOST PORT CA-FILE USER COMMANDS: a command a line, an empty line for a new connection");
  FILE *commands = fopen(argv[5], "r");
  if (commands == NULL) die(argv[5], strerror(errno));
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  check(gnutls_certificate_allocate_credentials(&raw.credentials), "credentials");
  check(gnutls_certificate_set_x509_trust_file(raw.credentials, argv[3], GNUTLS_X509_FMT_PEM), argv[3]);
  char *line = NULL;
  size_t room = 0;
  for (ssize_t n; (n = getline(&line, &room, commands)) > 0;) {
    if (line[n - 1] == '\n') line[--n] = '\0';
    if (n == 0) {
      if (raw.fd >= 0) leave();
      continue;
    }
    if (raw.fd < 0) sign_in(argv);
    command(line);
  }
  if (raw.fd >= 0) leave();
  clock_gettime(CLOCK_MONOTONIC, &end);
  double seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
  printf("%.3f s, %llu bytes, %llu commands, %llu refused\n", seconds, raw.bytes, raw.commands, raw.refused);
  free(line);
  fclose(commands);
  gnutls_certificate_free_credentials(raw.credentials);
  return 0;
}
