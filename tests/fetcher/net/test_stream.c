/* test_stream.c - connections, TLS and deadlines against scripted servers
 * Owns:     the table of handshakes that must fail.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/net/stream.c, fetcher/net/tls.c */
#include "fetcher/net/stream.h"
#include "fetcher/store/store.h"
#include "tests/rigs/peer.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#define HANDSHAKE_TIME 10

typedef struct {
  const char *name;
  Cert cert;
  const char *priority;
  const char *clear; /* says this instead of a handshake */
  gboolean system;   /* the client trusts the system's authorities only */
  int code;          /* -1: succeeds */
  const char *words;
} Handshake;

static const Handshake handshakes[] = {
  { "good", CERT_GOOD, NULL, NULL, FALSE, -1, NULL },
  { "good, TLS 1.2", CERT_GOOD, "NORMAL:-VERS-ALL:+VERS-TLS1.2", NULL, FALSE, -1, NULL },
  { "wrong host name", CERT_OTHER_NAME, NULL, NULL, FALSE, STORE_ERROR_FATAL, "is for another host name" },
  { "expired", CERT_EXPIRED, NULL, NULL, FALSE, STORE_ERROR_FATAL, "has expired" },
  { "self-signed", CERT_SELF_SIGNED, NULL, NULL, FALSE, STORE_ERROR_FATAL, "is self-signed" },
  { "unknown issuer", CERT_STRANGER, NULL, NULL, FALSE, STORE_ERROR_FATAL, "unknown issuer" },
  { "not the system's", CERT_GOOD, NULL, NULL, TRUE, STORE_ERROR_FATAL, "" },
  { "TLS 1.1", CERT_GOOD, "NORMAL:-VERS-ALL:+VERS-TLS1.1", NULL, FALSE, STORE_ERROR_FATAL, "too old" },
  { "TLS 1.0", CERT_GOOD, "NORMAL:-VERS-ALL:+VERS-TLS1.0", NULL, FALSE, STORE_ERROR_FATAL, "too old" },
  { "no TLS", CERT_GOOD, NULL, "* OK IMAP4rev1 ready\r\n", FALSE, STORE_ERROR_FATAL, "does not speak TLS" },
  { "closed", CERT_GOOD, NULL, "", FALSE, STORE_ERROR_LINK, "closed the connection" },
};

static void shake_hands(Peer *peer, gconstpointer data)
{
  const Handshake *row = data;
  if (row->clear != NULL) {
    peer_say(peer, row->clear);
    if (*row->clear != '\0') peer_wait(peer);
    return;
  }
  if (!peer_start_tls(peer, row->cert, row->priority)) return;
  peer_say(peer, "hello");
  peer_wait(peer);
}

static void test_handshake(void **state)
{
  const Handshake *row = *state;
  g_autoptr(GError) error = NULL;
  Server *server = server_start(shake_hands, row);
  g_autoptr(Stream) stream = stream_connect("localhost", server_port(server), HANDSHAKE_TIME, FALSE, &error);
  assert_non_null(stream);
  gboolean done = stream_start_tls(stream, row->system ? NULL : certs_ca_file(), &error);
  if (error != NULL && row->code < 0) print_error("%s\n", error->message);
  assert_int_equal(done, row->code < 0);
  if (done) {
    char buffer[8];
    assert_int_equal(stream_read(stream, buffer, sizeof buffer), 5);
    assert_memory_equal(buffer, "hello", 5);
    assert_true(stream_write(stream, "secret", 6));
  } else {
    assert_int_equal(error->code, row->code);
    if (strstr(error->message, row->words) == NULL) print_error("%s\n", error->message);
    assert_non_null(strstr(error->message, row->words));
  }
  g_clear_pointer(&stream, stream_free);
  server_stop(server);
  if (row->clear == NULL) assert_string_equal(server_heard(server), done ? "secret" : "");
  server_free(server);
}

static void a_missing_file_of_certificates_is_told_by_its_name(void **state)
{
  g_autoptr(GError) error = NULL;
  Server *server = server_start(shake_hands, &handshakes[0]);
  g_autoptr(Stream) stream = stream_connect("localhost", server_port(server), 2, FALSE, &error);
  assert_false(stream_start_tls(stream, "/nonexistent/ca.pem", &error));
  assert_int_equal(error->code, STORE_ERROR_FATAL);
  assert_non_null(strstr(error->message, "/nonexistent/ca.pem"));
  server_free(server);
}

static void silent(Peer *peer, gconstpointer data) { peer_wait(peer); }

static void a_server_that_is_silent_in_the_handshake_is_left_in_time(void **state)
{
  g_autoptr(GError) error = NULL;
  Server *server = server_start(silent, NULL);
  g_autoptr(Stream) stream = stream_connect("localhost", server_port(server), 1, FALSE, &error);
  gint64 start = g_get_monotonic_time();
  assert_false(stream_start_tls(stream, certs_ca_file(), &error));
  assert_int_equal(error->code, STORE_ERROR_LINK);
  assert_in_range(g_get_monotonic_time() - start, 900000, 6000000);
  g_clear_pointer(&stream, stream_free);
  server_free(server);
}

static void a_port_at_which_nobody_listens_is_a_broken_link(void **state)
{
  g_autoptr(GError) error = NULL;
  Server *server = server_start(silent, NULL);
  guint16 port = server_port(server);
  g_autoptr(Stream) first = stream_connect("localhost", port, 1, TRUE, &error);
  assert_non_null(first);
  g_clear_pointer(&first, stream_free);
  server_free(server);
  assert_null(stream_connect("localhost", port, 1, TRUE, &error));
  assert_int_equal(error->code, STORE_ERROR_LINK);
  g_clear_error(&error);
  /* Too long for a name, so that no name server is asked. */
  g_autofree char *no_name = g_strnfill(70, 'a');
  assert_null(stream_connect(no_name, 993, 1, FALSE, &error));
  assert_int_equal(error->code, STORE_ERROR_LINK);
  assert_non_null(strstr(error->message, no_name));
  g_clear_error(&error);
  /* A documentation address (RFC 5737): nothing may be sent to it. */
  assert_null(stream_connect("192.0.2.1", 143, 1, TRUE, &error));
  assert_int_equal(error->code, STORE_ERROR_FATAL);
}

static void goodbye(Peer *peer, gconstpointer data) {}

static void after_the_end_of_a_connection_every_call_fails_at_once(void **state)
{
  g_autoptr(GError) error = NULL;
  Server *server = server_start(goodbye, NULL);
  g_autoptr(Stream) stream = stream_connect("localhost", server_port(server), 1, TRUE, &error);
  char buffer[8];
  assert_int_equal(stream_read(stream, buffer, sizeof buffer), -1);
  assert_int_equal(stream_error(stream)->code, STORE_ERROR_LINK);
  /* Every further attempt fails at once; SIGPIPE would end us here. */
  for (guint i = 0; i < 3; i++) assert_false(stream_write(stream, "x", 1));
  server_free(server);
}

static void writing_to_a_closed_connection_ends_no_program(void **state)
{
  g_autoptr(GError) error = NULL;
  Server *server = server_start(goodbye, NULL);
  g_autoptr(Stream) stream = stream_connect("localhost", server_port(server), 1, TRUE, &error);
  gboolean written = TRUE;
  server_stop(server);
  for (guint i = 0; i < 100 && written; i++) {
    written = stream_write(stream, "x", 1);
    g_usleep(1000);
  }
  assert_false(written);
  server_free(server);
}

static void drip(Peer *peer, gconstpointer data) { peer_drip(peer, "x"); }

static void on_alarm(int signal_number) {}

/* Signals come all the time and end nothing; one byte now and then is not an answer. */
static void signals_and_single_bytes_do_not_prolong_the_waiting(void **state)
{
  g_autoptr(GError) error = NULL;
  struct sigaction action = { .sa_handler = on_alarm }, before;
  struct itimerval often = { { 0, 20000 }, { 0, 20000 } }, never = { 0 };
  Server *server = server_start(drip, NULL);
  g_autoptr(Stream) stream = stream_connect("localhost", server_port(server), 1, TRUE, &error);
  sigaction(SIGALRM, &action, &before);
  setitimer(ITIMER_REAL, &often, NULL);
  gint64 start = g_get_monotonic_time();
  guint bytes = 0;
  char byte;
  stream_command(stream, 1000);
  while (stream_read(stream, &byte, 1) == 1) bytes++;
  setitimer(ITIMER_REAL, &never, NULL);
  sigaction(SIGALRM, &before, NULL);
  assert_in_range(g_get_monotonic_time() - start, 900000, 6000000);
  assert_in_range(bytes, 2, 20);
  assert_int_equal(stream_error(stream)->code, STORE_ERROR_LINK);
  server_free(server);
}

static glong times_woken(void)
{
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nvcsw;
}

/* The server sends a byte every tenth of a second, and its answer is waited for: it does not wake us each time. */
static void bytes_that_drip_are_let_gather(void **state)
{
  g_autoptr(GError) error = NULL;
  char bytes[100];
  gsize got = 0;
  Server *server = server_start(drip, NULL);
  g_autoptr(Stream) stream = stream_connect("localhost", server_port(server), 3, TRUE, &error);
  glong before = times_woken();
  stream_command(stream, 1000);
  for (ssize_t n; (n = stream_read(stream, bytes, sizeof bytes)) > 0;) got += (gsize)n;
  assert_in_range(times_woken() - before, 1, 10);
  assert_in_range(got, 4, 60);
  assert_int_equal(stream_error(stream)->code, STORE_ERROR_LINK);
  server_free(server);
}

static void flood(Peer *peer, gconstpointer data) { peer_flood(peer, "x"); }

static void a_flood_is_cut_off_at_what_the_command_allows(void **state)
{
  g_autoptr(GError) error = NULL;
  Server *server = server_start(flood, NULL);
  g_autoptr(Stream) stream = stream_connect("localhost", server_port(server), 1, TRUE, &error);
  static char block[65536];
  gsize total = 0;
  stream_command(stream, 1 << 20);
  for (ssize_t n; (n = stream_read(stream, block, sizeof block)) > 0;) total += (gsize)n;
  assert_in_range(total, (1 << 20) - sizeof block, 1 << 20);
  assert_non_null(strstr(stream_error(stream)->message, "more than"));
  server_free(server);
}

static void burst(Peer *peer, gconstpointer data)
{
  static char block[65536];
  for (guint i = 0; i < 8; i++) peer_say_bytes(peer, block, sizeof block);
  peer_wait(peer);
}

/* Much that came fast buys no right to be silent for long. */
static void a_burst_buys_no_right_to_be_silent(void **state)
{
  g_autoptr(GError) error = NULL;
  Server *server = server_start(burst, NULL);
  g_autoptr(Stream) stream = stream_connect("localhost", server_port(server), 1, TRUE, &error);
  static char block[65536];
  gsize total = 0;
  gint64 start = g_get_monotonic_time();
  stream_command(stream, 1 << 20);
  for (ssize_t n; (n = stream_read(stream, block, sizeof block)) > 0;) total += (gsize)n;
  assert_int_equal(total, 8 * sizeof block);
  assert_in_range(g_get_monotonic_time() - start, 900000, 6000000);
  server_free(server);
}

/* Descriptors over 1023, where select() ends the program; and none is handed on to other programs. */
static void descriptors_over_1023_work_and_none_is_handed_on(void **state)
{
  g_autoptr(GError) error = NULL;
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = MIN(limit.rlim_max, 2048);
  if (limit.rlim_cur < 1100) return; /* no descriptor can be that high here */
  setrlimit(RLIMIT_NOFILE, &limit);
  Server *server = server_start(shake_hands, &handshakes[0]);
  int held[1040];
  for (guint i = 0; i < G_N_ELEMENTS(held); i++) held[i] = dup(0);
  g_autoptr(Stream) stream = stream_connect("localhost", server_port(server), 2, TRUE, &error);
  assert_non_null(stream);
  assert_true(stream_fd(stream) > 1023);
  assert_true(fcntl(stream_fd(stream), F_GETFD) & FD_CLOEXEC);
  assert_true(stream_start_tls(stream, certs_ca_file(), &error));
  for (guint i = 0; i < G_N_ELEMENTS(held); i++) close(held[i]);
  g_clear_pointer(&stream, stream_free);
  server_free(server);
}

/* A peer that vanished is noticed by the kernel, without waking us up. */
static void a_peer_that_vanished_is_noticed_by_the_kernel(void **state)
{
  static const struct {
    int level, name, least, most;
  } options[] = { { SOL_SOCKET, SO_KEEPALIVE, 1, 1 },
                  { IPPROTO_TCP, TCP_KEEPIDLE, 60, 300 },
                  { IPPROTO_TCP, TCP_KEEPINTVL, 10, 60 },
                  { IPPROTO_TCP, TCP_KEEPCNT, 3, 6 },
                  { IPPROTO_TCP, TCP_USER_TIMEOUT, 60000, 600000 } };
  Server *server = server_start(silent, NULL);
  g_autoptr(Stream) stream = stream_connect("localhost", server_port(server), 1, TRUE, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
    int value = 0;
    socklen_t size = sizeof value;
    assert_int_equal(getsockopt(stream_fd(stream), options[i].level, options[i].name, &value, &size), 0);
    assert_in_range(value, options[i].least, options[i].most);
  }
  server_free(server);
}

static void mumble(Peer *peer, gconstpointer data)
{
  if (data == NULL || peer_start_tls(peer, CERT_GOOD, NULL)) peer_say(peer, "hello");
  peer_hear(peer);
}

/* Reading without waiting: nothing, then what is there, then the end. */
static void reading_without_waiting_gives_nothing_then_bytes_then_the_end(void **state)
{
  for (guint tls = 0; tls < 2; tls++) {
    Server *server = server_start(mumble, tls ? "tls" : NULL);
    g_autoptr(Stream) stream = stream_connect("localhost", server_port(server), 10, TRUE, NULL);
    if (tls) assert_true(stream_start_tls(stream, certs_ca_file(), NULL));
    char buffer[8];
    gsize n = 0;
    stream_command(stream, 5);
    while (n < 5) {
      ssize_t more = stream_read_now(stream, buffer + n, sizeof buffer - n);
      assert_true(more >= 0);
      struct pollfd fd = { .fd = stream_fd(stream), .events = stream_events(stream) };
      if (more == 0) assert_int_equal(poll(&fd, 1, 10000), 1);
      n += (gsize)more;
    }
    assert_memory_equal(buffer, "hello", 5);
    assert_int_equal(stream_read_now(stream, buffer, sizeof buffer), 0);
    assert_null(stream_error(stream));
    assert_true(stream_write(stream, "\n", 1));
    ssize_t end;
    while ((end = stream_read_now(stream, buffer, sizeof buffer)) == 0) {
      struct pollfd fd = { .fd = stream_fd(stream), .events = stream_events(stream) };
      assert_int_equal(poll(&fd, 1, 10000), 1);
    }
    assert_int_equal(end, -1);
    assert_int_equal(stream_error(stream)->code, STORE_ERROR_LINK);
    assert_int_equal(stream_read_now(stream, buffer, sizeof buffer), -1);
    g_clear_pointer(&stream, stream_free);
    server_free(server);
  }
}

static void echo(Peer *peer, gconstpointer data)
{
  if (data != NULL && !peer_start_tls(peer, CERT_GOOD, NULL)) return;
  for (const char *line; (line = peer_hear(peer)) != NULL;) peer_say(peer, line[0] == 'x' ? "* (((((\r\n" : "?");
}

/* Without libetpan: all is sent, and reading waits for bytes. */
static void everything_is_sent_and_reading_waits_for_bytes(void **state)
{
  for (guint tls = 0; tls < 2; tls++) {
    Server *server = server_start(echo, tls ? "tls" : NULL);
    g_autoptr(Stream) stream = stream_connect("localhost", server_port(server), 10, TRUE, NULL);
    if (tls) assert_true(stream_start_tls(stream, certs_ca_file(), NULL));
    g_autofree char *line = g_strnfill(300000, 'x');
    char buffer[16];
    gsize n = 0;
    stream_command(stream, 9);
    assert_true(stream_write(stream, line, 300000));
    assert_true(stream_write(stream, "\n", 1));
    while (n < 9) {
      ssize_t more = stream_read(stream, buffer + n, sizeof buffer - n);
      assert_true(more > 0);
      n += (gsize)more;
    }
    assert_memory_equal(buffer, "* (((((\r\n", 9);
    assert_true(stream_write(stream, "x\n", 2));
    assert_int_equal(stream_read(stream, buffer, sizeof buffer), -1); /* beyond the budget */
    assert_false(stream_write(stream, "x\n", 2));
    server_free(server);
  }
}

int main(void)
{
  struct CMUnitTest tests[G_N_ELEMENTS(handshakes) + 12] = {
    cmocka_unit_test(a_missing_file_of_certificates_is_told_by_its_name),
    cmocka_unit_test(a_server_that_is_silent_in_the_handshake_is_left_in_time),
    cmocka_unit_test(a_port_at_which_nobody_listens_is_a_broken_link),
    cmocka_unit_test(after_the_end_of_a_connection_every_call_fails_at_once),
    cmocka_unit_test(writing_to_a_closed_connection_ends_no_program),
    cmocka_unit_test(signals_and_single_bytes_do_not_prolong_the_waiting),
    cmocka_unit_test(bytes_that_drip_are_let_gather),
    cmocka_unit_test(a_flood_is_cut_off_at_what_the_command_allows),
    cmocka_unit_test(a_burst_buys_no_right_to_be_silent),
    cmocka_unit_test(descriptors_over_1023_work_and_none_is_handed_on),
    cmocka_unit_test(a_peer_that_vanished_is_noticed_by_the_kernel),
    cmocka_unit_test(reading_without_waiting_gives_nothing_then_bytes_then_the_end),
    cmocka_unit_test(everything_is_sent_and_reading_waits_for_bytes),
  };
  for (guint i = 0; i < G_N_ELEMENTS(handshakes); i++)
    tests[12 + i] =
        (struct CMUnitTest){ handshakes[i].name, test_handshake, NULL, NULL, (void *)(gsize)&handshakes[i] };
  return _cmocka_run_group_tests("stream", tests, G_N_ELEMENTS(tests), certs_set_up, certs_tear_down);
}
