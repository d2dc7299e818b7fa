/* test_imap.c - connecting and signing in, against servers that behave, refuse, lie or flood
 * Owns:     the table of sign-ins; after each, whether the password may have been sent.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/imap/imap.c, fetcher/imap/command.c */
#include "fetcher/imap/imap.h"
#include "tests/rigs/peer.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define USER "gertrude"
#define SECRET "pa\"ss\\word"

static void flood_line(Peer *peer)
{
  peer_say(peer, "* OK ");
  peer_flood(peer, "x");
}

static void flood_lines(Peer *peer) { peer_flood(peer, "* OK still here\r\n"); }

static void drip(Peer *peer) { peer_drip(peer, "* OK "); }

static void go_on_in_clear(Peer *peer)
{
  g_usleep(100000);
  peer_say(peer, "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n* OK no TLS\r\n");
}

typedef struct {
  const char *name;
  Security security;
  AuthMethod auth;
  int code;          /* -1: signs in */
  const char *words; /* in the message */
  gboolean told;     /* the server may know the password */
  Conversation conversation;
  guint timeout; /* 0: longer than a busy machine takes */
  const char *heard, *not_heard;
} SignIn;

#define PLAIN_CAPS "IMAP4rev1 AUTH=PLAIN"
#define SAYS(command_, answer_) .turns = { { .command = command_, .answer = answer_ } }

/* clang-format off */
static const SignIn rows[] = {
  { "tls", SECURITY_TLS, 0, -1, "", TRUE, { .cert = CERT_GOOD } },
  { "starttls", SECURITY_STARTTLS, 0, -1, "", TRUE,
    { .cert = CERT_GOOD, .starttls = TRUE, .capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN" } },
  { "clear", SECURITY_NONE, 0, -1, "", TRUE, { 0 } },
  { "login", SECURITY_TLS, 0, -1, "", TRUE, { .cert = CERT_GOOD, .capabilities = "IMAP4rev1" } },
  { "xoauth2", SECURITY_TLS, AUTH_XOAUTH2, -1, "", TRUE,
    { .cert = CERT_GOOD, .capabilities = "IMAP4rev1 AUTH=XOAUTH2" } },
  { "preauth over tls", SECURITY_TLS, 0, -1, "", FALSE, { .cert = CERT_GOOD, .greeting = "* PREAUTH hello\r\n" } },
  { "plain first", SECURITY_NONE, 0, -1, "", TRUE, { .capabilities = "IMAP4rev1 AUTH=CRAM-MD5 AUTH=LOGIN AUTH=PLAIN" },
    0, "AUTHENTICATE PLAIN\r\n", "LOGIN" },
  { "login second", SECURITY_NONE, 0, -1, "", TRUE,
    { .capabilities = "IMAP4rev1 AUTH=CRAM-MD5 AUTH=LOGIN AUTH=GSSAPI",
      .turns = { { .command = "AUTHENTICATE LOGIN", .answer = "+ VXNlcm5hbWU6\r\n", .then = "+ UGFzc3dvcmQ6\r\n" } } },
    0, "AUTHENTICATE LOGIN\r\nZ2VydHJ1ZGU=\r\ncGEic3Ncd29yZA==\r\n", "CRAM" },
  { "cram-md5 third", SECURITY_NONE, 0, -1, "", FALSE,
    { .capabilities = "IMAP4rev1 AUTH=GSSAPI AUTH=CRAM-MD5",
      .turns = { { .command = "AUTHENTICATE CRAM-MD5", .answer = "+ PDE4OTYuNjk3QGV4YW1wbGUub3JnPg==\r\n" } } },
    0, "AUTHENTICATE CRAM-MD5\r\n", "LOGIN" },
  /* the wrong server */
  { "wrong name", SECURITY_TLS, 0, STORE_ERROR_FATAL, "another host name", FALSE, { .cert = CERT_OTHER_NAME } },
  { "self-signed", SECURITY_TLS, 0, STORE_ERROR_FATAL, "self-signed", FALSE, { .cert = CERT_SELF_SIGNED } },
  { "starttls, expired", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "expired", FALSE,
    { .cert = CERT_EXPIRED, .starttls = TRUE, .capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN" } },
  { "starttls, unknown issuer", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "unknown issuer", FALSE,
    { .cert = CERT_STRANGER, .starttls = TRUE, .capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN" } },
  { "tls 1.1", SECURITY_TLS, 0, STORE_ERROR_FATAL, "too old", FALSE,
    { .cert = CERT_GOOD, .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.1" } },
  { "no tls here", SECURITY_TLS, 0, STORE_ERROR_FATAL, "does not speak TLS", FALSE, { 0 } },
  /* STARTTLS */
  { "starttls stripped", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "does not offer STARTTLS", FALSE,
    { .capabilities = PLAIN_CAPS } },
  { "starttls refused", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "refused to start TLS: not today", FALSE,
    { .capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN", SAYS("STARTTLS", "$ NO not today\r\n") } },
  { "starttls bad", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "refused to start TLS", FALSE,
    { .capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN", SAYS("STARTTLS", "$ BAD what\r\n") } },
  { "starttls injected", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "added commands before TLS", FALSE,
    { .capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN", SAYS("STARTTLS", "$ OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n") } },
  { "starttls, then clear", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "went on in clear when TLS should have begun", FALSE,
    { .capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN", .turns = { { .command = "STARTTLS", .answer = "$ OK go\r\n", .act = go_on_in_clear } } } },
  { "preauth before starttls", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "PREAUTH", FALSE,
    { .greeting = "* PREAUTH come in\r\n", .capabilities = "IMAP4rev1 STARTTLS" } },
  /* greetings */
  { "bye", SECURITY_NONE, 0, STORE_ERROR_LINK, "ended the session: too busy", FALSE,
    { .greeting = "* BYE too busy\r\n" } },
  { "smtp", SECURITY_NONE, 0, STORE_ERROR_LINK, "not IMAP", FALSE, { .greeting = "220 mail ESMTP\r\n" } },
  /* sign-in */
  { "no way in", SECURITY_NONE, 0, STORE_ERROR_FATAL, "change auth", FALSE,
    { .capabilities = "IMAP4rev1 LOGINDISABLED AUTH=GSSAPI" } },
  { "no token wanted", SECURITY_NONE, AUTH_XOAUTH2, STORE_ERROR_FATAL, "XOAUTH2", FALSE,
    { .capabilities = PLAIN_CAPS } },
  { "refused", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused the sign-in: Application password needed", TRUE,
    { .turns = { { .command = "AUTHENTICATE", .answer = "+ \r\n", .then = "$ NO [AUTHENTICATIONFAILED] Application password needed.\r\n" } } } },
  { "refused login", SECURITY_NONE, 0, STORE_ERROR_AUTH, "check user and password", TRUE,
    { .capabilities = "IMAP4rev1", SAYS("LOGIN", "$ NO no\r\n") } },
  { "refused token", SECURITY_NONE, AUTH_XOAUTH2, STORE_ERROR_AUTH, "refused the sign-in", TRUE,
    { .capabilities = "IMAP4rev1 AUTH=XOAUTH2", SAYS("AUTHENTICATE XOAUTH2", "$ NO invalid\r\n") } },
  { "refused token, in two steps", SECURITY_NONE, AUTH_XOAUTH2, STORE_ERROR_AUTH, "Invalid credentials: check user and the token", TRUE,
    { .capabilities = "IMAP4rev1 AUTH=XOAUTH2 AUTH=PLAIN",
      .turns = { { .command = "AUTHENTICATE XOAUTH2", .answer = "+ eyJzdGF0dXMiOiI0MDAifQ==\r\n", .then = "$ NO [AUTHENTICATIONFAILED] Invalid credentials\r\n" } } },
    0, "AQE=\r\n\r\n", "PLAIN" },
  { "refused token, then silence", SECURITY_NONE, AUTH_XOAUTH2, STORE_ERROR_LINK, "did not answer", TRUE,
    { .capabilities = "IMAP4rev1 AUTH=XOAUTH2",
      .turns = { { .command = "AUTHENTICATE XOAUTH2", .answer = "+ eyJzdGF0dXMiOiI0MDAifQ==\r\n", .then = "* OK wait\r\n" } } }, 1 },
  { "refused once, not tried twice", SECURITY_NONE, 0, STORE_ERROR_AUTH, "check user and password", TRUE,
    { .capabilities = "IMAP4rev1 AUTH=PLAIN AUTH=LOGIN AUTH=CRAM-MD5",
      .turns = { { .command = "AUTHENTICATE PLAIN", .answer = "+ \r\n", .then = "$ NO no\r\n" } } },
    0, "AUTHENTICATE PLAIN", "LOGIN" },
  { "mechanism refused", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused the sign-in", FALSE,
    { .capabilities = "IMAP4rev1 AUTH=PLAIN AUTH=LOGIN", SAYS("AUTHENTICATE PLAIN", "$ NO no\r\n") }, 0, "AUTHENTICATE PLAIN", "LOGIN" },
  { "refused cram-md5", SECURITY_NONE, 0, STORE_ERROR_AUTH, "check user and password", FALSE,
    { .capabilities = "IMAP4rev1 AUTH=CRAM-MD5",
      .turns = { { .command = "AUTHENTICATE CRAM-MD5", .answer = "+ PDE4OTYuNjk3QGV4YW1wbGUub3JnPg==\r\n", .then = "$ NO no\r\n" } } },
    0, "AUTHENTICATE CRAM-MD5", "LOGIN" },
  { "challenge that is none", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused the sign-in", FALSE,
    { .capabilities = "IMAP4rev1 AUTH=CRAM-MD5", .turns = { { .command = "AUTHENTICATE", .answer = "+ A\r\n", .then = "$ NO no\r\n" } } } },
  { "bad sign-in", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused to sign us in", TRUE,
    { .capabilities = "IMAP4rev1", SAYS("LOGIN", "$ BAD what\r\n") } },
  { "unavailable", SECURITY_NONE, 0, STORE_ERROR_LINK, "cannot sign us in now: later", TRUE,
    { .capabilities = "IMAP4rev1", SAYS("LOGIN", "$ NO [UNAVAILABLE] later\r\n") } },
  { "throttled", SECURITY_NONE, 0, STORE_ERROR_LINK, "cannot sign us in now", TRUE,
    { .capabilities = "IMAP4rev1", SAYS("LOGIN", "$ NO [THROTTLED] wait\r\n") } },
  { "a bug of the server", SECURITY_NONE, 0, STORE_ERROR_LINK, "cannot sign us in now", TRUE,
    { .capabilities = "IMAP4rev1", SAYS("LOGIN", "$ NO [SERVERBUG] Internal error occurred\r\n") } },
  { "too many connections", SECURITY_NONE, 0, STORE_ERROR_LINK, "cannot sign us in now", TRUE,
    { .capabilities = "IMAP4rev1", SAYS("LOGIN", "$ NO [ALERT] Too many simultaneous connections. (Failure)\r\n") } },
  { "bad, for now", SECURITY_NONE, 0, STORE_ERROR_LINK, "refused to sign us in", TRUE,
    { .capabilities = "IMAP4rev1", SAYS("LOGIN", "$ BAD User is authenticated but not connected.\r\n") } },
  { "echoes the password", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused the sign-in:", TRUE,
    { .capabilities = "IMAP4rev1", SAYS("LOGIN", "$ NO pa\"ss\\word is wrong\r\n") } },
  { "echoes the user", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused the sign-in:", TRUE,
    { .capabilities = "IMAP4rev1", SAYS("LOGIN", "$ NO no such user Gertrude\r\n") } },
  { "bye at sign-in", SECURITY_NONE, 0, STORE_ERROR_LINK, "closed the connection", TRUE,
    { .capabilities = "IMAP4rev1", .turns = { { .command = "LOGIN", .answer = "* BYE enough\r\n", .act = peer_leave } } } },
  { "leaves at sign-in", SECURITY_NONE, 0, STORE_ERROR_LINK, "closed the connection", FALSE,
    { .turns = { { .command = "AUTHENTICATE", .act = peer_leave } } } },
  { "asks without end", SECURITY_NONE, 0, STORE_ERROR_AUTH, "", TRUE,
    { SAYS("AUTHENTICATE", "+ \r\n+ YQ==\r\n+ YQ==\r\n") } },
  /* answers that are none */
  { "no capabilities", SECURITY_NONE, 0, -1, "", TRUE, { SAYS("CAPABILITY", "$ OK done\r\n") } },
  { "capability no", SECURITY_NONE, 0, STORE_ERROR_LINK, "refused to tell", FALSE,
    { SAYS("CAPABILITY", "$ NO no\r\n") } },
  { "somebody else's answer", SECURITY_NONE, 0, STORE_ERROR_LINK, "not IMAP", FALSE,
    { SAYS("CAPABILITY", "zz OK\r\n") } },
  { "garbage", SECURITY_NONE, 0, STORE_ERROR_LINK, "not IMAP", FALSE,
    { SAYS("CAPABILITY", "* CAPABILITY\x01\x02(\r\n$ OK\r\n") } },
  { "leaves within a line", SECURITY_NONE, 0, STORE_ERROR_LINK, "closed", FALSE,
    { .turns = { { .command = "CAPABILITY", .answer = "* CAPABILITY IMAP4", .act = peer_leave } } } },
  { "silent", SECURITY_NONE, 0, STORE_ERROR_LINK, "did not answer within 1 second", FALSE,
    { .turns = { { .command = "CAPABILITY", .act = peer_wait } } }, 1 },
  { "drips", SECURITY_NONE, 0, STORE_ERROR_LINK, "did not answer within 1 second", FALSE,
    { .turns = { { .command = "CAPABILITY", .act = drip } } }, 1 },
  { "line of 100 MB", SECURITY_NONE, 0, STORE_ERROR_LINK, "a line without end", FALSE,
    { .turns = { { .command = "CAPABILITY", .act = flood_line } } } },
  { "two million lines", SECURITY_NONE, 0, STORE_ERROR_LINK, "more than", FALSE,
    { .turns = { { .command = "CAPABILITY", .act = flood_lines } } } },
};
/* clang-format on */

static gboolean knows_secret(const char *heard)
{
  static const char line[] = "\0" USER "\0" SECRET;
  g_autofree char *base64 = g_base64_encode((const guchar *)line, sizeof line - 1);
  g_autofree char *token = g_base64_encode((const guchar *)"user=" USER "\1auth=Bearer " SECRET "\1\1",
                                           sizeof "user=" USER "\1auth=Bearer " SECRET "\1\1" - 1);
  g_autofree char *alone = g_base64_encode((const guchar *)SECRET, sizeof SECRET - 1);
  return strstr(heard, SECRET) != NULL || strstr(heard, alone) != NULL || strstr(heard, "pa\\\"ss\\\\word") != NULL
         || strstr(heard, base64) != NULL || strstr(heard, token) != NULL;
}

static void test_sign_in(void **state)
{
  const SignIn *row = *state;
  g_autoptr(GError) error = NULL;
  Server *server = server_start(peer_converse, &row->conversation);
  AccountConfig account = { .name = (char *)"test",
                            .host = (char *)"localhost",
                            .port = server_port(server),
                            .security = row->security,
                            .ca_file = (char *)certs_ca_file(),
                            .user = (char *)USER,
                            .auth = row->auth,
                            .timeout = row->timeout != 0 ? row->timeout : 10 };
  gint64 start = g_get_monotonic_time();
  Store *store = imap_open(&account, SECRET, &error);
  gint64 took = g_get_monotonic_time() - start;
  if (row->code < 0) {
    if (error != NULL) print_error("%s\n", error->message);
    assert_non_null(store);
  } else {
    assert_null(store);
    if (error->code != row->code || strstr(error->message, row->words) == NULL)
      print_error("%d %s\n", error->code, error->message);
    assert_int_equal(error->code, row->code);
    assert_non_null(strstr(error->message, row->words));
    assert_false(knows_secret(error->message));
    g_autofree char *folded = g_ascii_strdown(error->message, -1);
    assert_null(strstr(folded, USER));
  }
  store_close(store);
  server_stop(server);
  assert_int_equal(knows_secret(server_heard(server)), row->told);
  if (row->code < 0) assert_non_null(strstr(server_heard(server), "LOGOUT"));
  if (row->heard != NULL
      && (strstr(server_heard(server), row->heard) == NULL || strstr(server_heard(server), row->not_heard) != NULL))
    print_error("%s", server_heard(server));
  if (row->heard != NULL) assert_non_null(strstr(server_heard(server), row->heard));
  if (row->heard != NULL) assert_null(strstr(server_heard(server), row->not_heard));
  assert_true(took < 60000000); /* valgrind is slow; the scripts that never end take two minutes */
  server_free(server);
}

/* A line break in a name would be a command of its own. */
static void a_line_break_in_a_name_is_refused(void **state)
{
  static const char *const users[] = { "a\r\n1 DELETE INBOX", "a\nb", USER };
  static const char *const secrets[] = { SECRET, SECRET, "x\r\n2 DELETE INBOX" };
  for (guint i = 0; i < G_N_ELEMENTS(users); i++) {
    g_autoptr(GError) error = NULL;
    AccountConfig account = {
      .host = (char *)"localhost", .port = 1, .security = SECURITY_NONE, .user = (char *)users[i], .timeout = 1
    };
    assert_null(imap_open(&account, secrets[i], &error));
    assert_int_equal(error->code, STORE_ERROR_AUTH);
  }
}

static const Conversation deaf = { .turns = { { .command = "LOGOUT", .act = peer_wait } } };

/* A server that does not answer LOGOUT is left after two seconds, whatever the account's patience. */
static void a_server_that_does_not_answer_logout_is_left_after_two_seconds(void **state)
{
  g_autoptr(GError) error = NULL;
  Server *server = server_start(peer_converse, &deaf);
  AccountConfig account = { .host = (char *)"localhost",
                            .port = server_port(server),
                            .security = SECURITY_NONE,
                            .user = (char *)USER,
                            .timeout = 600 };
  Store *store = imap_open(&account, SECRET, &error);
  assert_non_null(store);
  gint64 start = g_get_monotonic_time();
  store_close(store);
  assert_in_range(g_get_monotonic_time() - start, 1000000, 6000000);
  server_free(server);
}

static Store *open_in_clear(const Server *server, GError **error)
{
  AccountConfig account = { .host = (char *)"localhost",
                            .port = server_port(server),
                            .security = SECURITY_NONE,
                            .user = (char *)USER,
                            .timeout = 10 };
  return imap_open(&account, SECRET, error);
}

/* RFC 2195: the user's name, and the keyed digest of the challenge. */
static void cram_md5_answers_with_the_name_and_the_keyed_digest(void **state)
{
  static const char challenge[] = "<1896.697@example.org>";
  g_autofree char *base64 = g_base64_encode((const guchar *)challenge, sizeof challenge - 1);
  g_autofree char *question = g_strdup_printf("+ %s\r\n", base64);
  g_autofree char *digest =
      g_compute_hmac_for_string(G_CHECKSUM_MD5, (const guchar *)SECRET, sizeof SECRET - 1, challenge, -1);
  g_autofree char *answer = g_strconcat(USER " ", digest, NULL);
  g_autofree char *encoded = g_base64_encode((const guchar *)answer, strlen(answer));
  Conversation conversation = { .capabilities = "IMAP4rev1 AUTH=CRAM-MD5",
                                .turns = { { .command = "AUTHENTICATE CRAM-MD5", .answer = question } } };
  Server *server = server_start(peer_converse, &conversation);
  Store *store = open_in_clear(server, NULL);
  assert_non_null(store);
  store_close(store);
  server_stop(server);
  assert_non_null(strstr(server_heard(server), encoded));
  server_free(server);
}

/* A computer without the SASL library's plug-ins sends nothing of them, and goes on to what it can. In a child, since
 * the library looks for them once; so this comes before all other sign-ins. */
static void without_plug_ins_of_sasl_the_sign_in_goes_on_to_what_it_can(void **state)
{
  static const Conversation conversations[] = {
    { .capabilities = "IMAP4rev1 AUTH=PLAIN AUTH=LOGIN AUTH=CRAM-MD5" },
    { .capabilities = "IMAP4rev1 AUTH=PLAIN AUTH=LOGIN AUTH=CRAM-MD5 LOGINDISABLED" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(conversations); i++) {
    Server *server = server_start(peer_converse, &conversations[i]);
    pid_t child = fork();
    if (child == 0) {
      GError *error = NULL;
      setenv("SASL_PATH", "/nonexistent", 1);
      Store *store = open_in_clear(server, &error);
      store_close(store);
      gboolean told = error != NULL && error->code == STORE_ERROR_FATAL
                      && strstr(error->message, "install libsasl2-modules") != NULL;
      _exit(store != NULL ? 10 : told ? 11 : 12);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 10 + i);
    server_stop(server);
    assert_null(strstr(server_heard(server), "AUTHENTICATE"));
    assert_int_equal(knows_secret(server_heard(server)), i == 0);
    server_free(server);
  }
}

int main(void)
{
  struct CMUnitTest tests[G_N_ELEMENTS(rows) + 4] = {
    cmocka_unit_test(without_plug_ins_of_sasl_the_sign_in_goes_on_to_what_it_can),
    cmocka_unit_test(a_line_break_in_a_name_is_refused),
    cmocka_unit_test(cram_md5_answers_with_the_name_and_the_keyed_digest),
    cmocka_unit_test(a_server_that_does_not_answer_logout_is_left_after_two_seconds)
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    tests[4 + i] = (struct CMUnitTest){ rows[i].name, test_sign_in, NULL, NULL, (void *)(gsize)&rows[i] };
  return _cmocka_run_group_tests("imap", tests, G_N_ELEMENTS(tests), certs_set_up, certs_tear_down);
}
