/* test_sign_in.c - connecting and signing in to POP3 servers that behave, refuse, lie or flood
 * Owns:     the table of sign-ins; after each, whether the password may have been sent.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/pop3/link.c, fetcher/pop3/link_sign_in.c, fetcher/pop3/link_talk.c, fetcher/net/server_words.c */
#include "fetcher/pop3/link.h"
#include "tests/rigs/pop3_peer.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void flood_line(Peer *peer) { peer_flood(peer, "x"); }

static void flood_lines(Peer *peer) { peer_flood(peer, "X-MORE\r\n"); }

static void drip(Peer *peer) { peer_drip(peer, "x"); }

static void go_on_in_clear(Peer *peer)
{
  g_usleep(100000);
  peer_say(peer, "+OK\r\nUSER\r\n.\r\n");
}

typedef struct {
  const char *name;
  Security security;
  AuthMethod auth;
  int code;          /* -1: signs in */
  const char *words; /* in the message */
  gboolean told;     /* the server may know the password */
  Pop3Conversation conversation;
  guint timeout; /* 0: longer than a busy machine takes */
  const char *heard, *not_heard;
} SignIn;

#define SASL(list) "SASL " list "\r\nTOP\r\nUIDL\r\n"
#define SAYS(command_, answer_) .turns = { { .command = command_, .answer = answer_ } }
#define CHALLENGE "PDE4OTYuNjk3QGV4YW1wbGUub3JnPg=="
#define PLAIN_LINE "AGdlcnRydWRlAHBhInNzXHdvcmQ="

/* clang-format off */
static const SignIn rows[] = {
  { "tls", SECURITY_TLS, 0, -1, "", TRUE, { .cert = CERT_GOOD } },
  { "stls", SECURITY_STARTTLS, 0, -1, "", TRUE, { .cert = CERT_GOOD, .stls = TRUE, .capabilities = "STLS\r\nUSER\r\n" } },
  { "stls without CAPA", SECURITY_STARTTLS, 0, -1, "", TRUE, { .cert = CERT_GOOD, .stls = TRUE, .capabilities = "" } },
  { "stls, other capabilities afterwards", SECURITY_STARTTLS, 0, -1, "", TRUE,
    { .cert = CERT_GOOD, .stls = TRUE, .capabilities = "STLS\r\nUSER\r\n", .secure = SASL("PLAIN") }, 0, "AUTH PLAIN " PLAIN_LINE "\r\n", "PASS" },
  { "clear", SECURITY_NONE, 0, -1, "", TRUE, { 0 }, 0, "USER gertrude\r\nPASS pa\"ss\\word\r\n", "AUTH" },
  { "no CAPA", SECURITY_NONE, 0, -1, "", TRUE, { .capabilities = "" }, 0, "PASS ", "AUTH" },
  { "CAPA that names no way", SECURITY_NONE, 0, -1, "", TRUE, { .capabilities = "TOP\r\n" }, 0, "PASS ", "AUTH" },
  { "no CAPA once signed in", SECURITY_NONE, 0, -1, "", TRUE,
    { .turns = { { .command = "CAPA", .answer = "+OK\r\nUSER\r\nTOP\r\n.\r\n", .once = TRUE }, { .command = "CAPA", .answer = "-ERR what?\r\n" } } } },
  { "words in small letters", SECURITY_NONE, 0, -1, "", TRUE,
    { .greeting = "+ok\r\n", .capabilities = "sasl plain\r\nuser\r\n", SAYS("AUTH", "+ok\r\n") }, 0, "AUTH PLAIN", "PASS" },
  { "LF for CRLF", SECURITY_NONE, 0, -1, "", TRUE, { .greeting = "+OK\n", SAYS("CAPA", "+OK\nUSER\n.\n") } },
  /* SASL */
  { "plain", SECURITY_NONE, 0, -1, "", TRUE, { .capabilities = "USER\r\n" SASL("LOGIN CRAM-MD5 PLAIN"), SAYS("AUTH", "+OK\r\n") },
    0, "AUTH PLAIN " PLAIN_LINE "\r\n", "PASS" },
  { "plain, first words not heard", SECURITY_NONE, 0, -1, "", TRUE,
    { .capabilities = SASL("PLAIN"), .turns = { { .command = "AUTH", .answer = "+ \r\n" } } }, 0, "\r\n" PLAIN_LINE "\r\n", "PASS" },
  { "plain, bare plus", SECURITY_NONE, 0, -1, "", TRUE,
    { .capabilities = SASL("PLAIN"), .turns = { { .command = "AUTH", .answer = "+\r\n" } } }, 0, "\r\n" PLAIN_LINE "\r\n", "PASS" },
  { "login", SECURITY_NONE, 0, -1, "", TRUE,
    { .capabilities = SASL("GSSAPI LOGIN"), .turns = { { .command = "AUTH LOGIN", .answer = "+ VXNlcm5hbWU6\r\n", .then = "+ UGFzc3dvcmQ6\r\n" } } },
    0, "AUTH LOGIN\r\nZ2VydHJ1ZGU=\r\ncGEic3Ncd29yZA==\r\n", "PASS" },
  { "cram-md5", SECURITY_NONE, 0, -1, "", FALSE,
    { .capabilities = SASL("LOGIN CRAM-MD5"), .turns = { { .command = "AUTH CRAM-MD5", .answer = "+ " CHALLENGE "\r\n" } } },
    0, "AUTH CRAM-MD5\r\n@CRAM@\r\n", "LOGIN" },
  { "user before cram-md5", SECURITY_NONE, 0, -1, "", TRUE, { .capabilities = "USER\r\n" SASL("CRAM-MD5") }, 0, "PASS ", "AUTH" },
  { "xoauth2", SECURITY_NONE, AUTH_XOAUTH2, -1, "", TRUE, { .capabilities = "USER\r\n" SASL("PLAIN XOAUTH2"), SAYS("AUTH", "+OK\r\n") },
    0, "AUTH XOAUTH2 dXNlcj1nZXJ0cnVkZQFhdXRoPUJlYXJlciBwYSJzc1x3b3JkAQE=\r\n", "PASS" },
  { "challenge that is none", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused the sign-in", FALSE,
    { .capabilities = SASL("CRAM-MD5"), .turns = { { .command = "AUTH", .answer = "+ \r\n", .then = "-ERR no\r\n" } } }, 0, "\r\n*\r\n", "PASS" },
  { "asks without end", SECURITY_NONE, 0, STORE_ERROR_LINK, "not POP3", TRUE, { .capabilities = SASL("PLAIN"), SAYS("AUTH", "+ \r\n+ YQ==\r\n+ YQ==\r\n+ YQ==\r\n+ YQ==\r\n") } },
  { "plain, then more questions", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused the sign-in", TRUE,
    { .capabilities = SASL("PLAIN"), .turns = { { .command = "AUTH", .answer = "+ YQ==\r\n", .then = "-ERR\r\n" } } }, 0, "\r\n*\r\n", "PASS" },
  /* the wrong server */
  { "wrong name", SECURITY_TLS, 0, STORE_ERROR_FATAL, "another host name", FALSE, { .cert = CERT_OTHER_NAME } },
  { "self-signed", SECURITY_TLS, 0, STORE_ERROR_FATAL, "self-signed", FALSE, { .cert = CERT_SELF_SIGNED } },
  { "stls, expired", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "expired", FALSE, { .cert = CERT_EXPIRED, .stls = TRUE, .capabilities = "STLS\r\n" } },
  { "stls, unknown issuer", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "unknown issuer", FALSE, { .cert = CERT_STRANGER, .stls = TRUE, .capabilities = "STLS\r\n" } },
  { "tls 1.1", SECURITY_TLS, 0, STORE_ERROR_FATAL, "too old", FALSE, { .cert = CERT_GOOD, .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.1" } },
  { "no tls here", SECURITY_TLS, 0, STORE_ERROR_FATAL, "does not speak TLS", FALSE, { 0 } },
  /* STLS */
  { "stls stripped", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "does not offer STLS", FALSE, { .capabilities = "USER\r\n" } },
  { "stls refused", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "not today", FALSE, { .capabilities = "STLS\r\nUSER\r\n", SAYS("STLS", "-ERR not today\r\n") } },
  { "stls unknown", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "start TLS", FALSE, { .capabilities = "", SAYS("STLS", "-ERR what?\r\n") } },
  { "stls injected", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "added answers before TLS", FALSE,
    { .capabilities = "STLS\r\nUSER\r\n", SAYS("STLS", "+OK go\r\n+OK\r\nUSER\r\n.\r\n+OK\r\n+OK\r\n") } },
  { "stls, then clear", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "went on in clear when TLS should have begun", FALSE,
    { .capabilities = "STLS\r\nUSER\r\n", .turns = { { .command = "STLS", .answer = "+OK go\r\n", .act = go_on_in_clear } } } },
  /* greetings */
  { "turned away", SECURITY_NONE, 0, STORE_ERROR_LINK, "too many connections", FALSE, { .greeting = "-ERR [SYS/TEMP] too many connections.\r\n" } },
  { "smtp", SECURITY_NONE, 0, STORE_ERROR_LINK, "not POP3: check host and port", FALSE, { .greeting = "220 mail ESMTP\r\n" } },
  { "imap", SECURITY_NONE, 0, STORE_ERROR_LINK, "not POP3", FALSE, { .greeting = "* PREAUTH come in\r\n" } },
  { "a challenge for a greeting", SECURITY_NONE, 0, STORE_ERROR_LINK, "not POP3", FALSE, { .greeting = "+ \r\n" } },
  { "nearly a greeting", SECURITY_NONE, 0, STORE_ERROR_LINK, "not POP3", FALSE, { .greeting = "+OKAY\r\n" } },
  { "already in", SECURITY_STARTTLS, 0, STORE_ERROR_FATAL, "start TLS", FALSE,
    { .capabilities = "STLS\r\n", SAYS("STLS", "-ERR only before you sign in\r\n") } },
  /* no way in */
  { "no way in", SECURITY_NONE, 0, STORE_ERROR_FATAL, "with a password: change auth", FALSE, { .capabilities = SASL("GSSAPI PLAINTEXT") } },
  { "no token wanted", SECURITY_NONE, AUTH_XOAUTH2, STORE_ERROR_FATAL, "XOAUTH2", FALSE, { .capabilities = "USER\r\n" SASL("PLAIN") } },
  { "no token known", SECURITY_NONE, AUTH_XOAUTH2, STORE_ERROR_FATAL, "XOAUTH2", FALSE, { .capabilities = "" } },
  { "expires, no top", SECURITY_NONE, 0, STORE_ERROR_FATAL, "EXPIRE 0", TRUE, { .capabilities = "USER\r\nEXPIRE 0\r\n" } },
  { "expires, top", SECURITY_NONE, 0, -1, "", TRUE, { .capabilities = "USER\r\nTOP\r\nEXPIRE 0\r\n" } },
  { "expires later", SECURITY_NONE, 0, -1, "", TRUE, { .capabilities = "USER\r\nEXPIRE 0 USER\r\n" } },
  /* refusals, and their codes */
  { "refused", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused the sign-in: Application password needed: check user and password", TRUE,
    { SAYS("PASS", "-ERR [AUTH] Application password needed.\r\n") } },
  { "refused without words", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused the sign-in: check", TRUE, { SAYS("PASS", "-ERR\r\n") } },
  { "user refused", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused the sign-in", FALSE, { SAYS("USER", "-ERR who?\r\n") }, 0, "USER", "PASS" },
  { "refused plain, not tried twice", SECURITY_NONE, 0, STORE_ERROR_AUTH, "check user and password", TRUE,
    { .capabilities = "USER\r\n" SASL("PLAIN LOGIN CRAM-MD5"), SAYS("AUTH", "-ERR no\r\n") }, 0, "AUTH PLAIN", "PASS" },
  { "refused token", SECURITY_NONE, AUTH_XOAUTH2, STORE_ERROR_AUTH, "the token that password-command gives", TRUE,
    { .capabilities = SASL("XOAUTH2"), SAYS("AUTH", "-ERR invalid\r\n") } },
  { "refused token, in two steps", SECURITY_NONE, AUTH_XOAUTH2, STORE_ERROR_AUTH, "Invalid credentials: check user and the token", TRUE,
    { .capabilities = SASL("XOAUTH2"), .turns = { { .command = "AUTH", .answer = "+ eyJzdGF0dXMiOiI0MDAifQ==\r\n", .then = "-ERR [AUTH] Invalid credentials\r\n" } } },
    0, "AQE=\r\n\r\n", "PASS" },
  { "in use", SECURITY_NONE, 0, STORE_ERROR_LINK, "another program is reading the mailbox: Do you have another session?; it", TRUE,
    { SAYS("PASS", "-ERR [IN-USE] Do you have another session?\r\n") } },
  { "in use, small letters", SECURITY_NONE, 0, STORE_ERROR_LINK, "it will be tried again", TRUE, { SAYS("PASS", "-ERR [in-use] wait\r\n") } },
  { "too soon", SECURITY_NONE, 0, STORE_ERROR_LINK, "raise interval", TRUE, { SAYS("PASS", "-ERR [LOGIN-DELAY] minimum is 5 minutes\r\n") } },
  { "unavailable", SECURITY_NONE, 0, STORE_ERROR_LINK, "cannot sign us in now: later; it will", TRUE, { SAYS("PASS", "-ERR [SYS/TEMP] later\r\n") } },
  { "broken for good", SECURITY_NONE, 0, STORE_ERROR_FATAL, "now or later: disk on fire: ask", TRUE, { SAYS("PASS", "-ERR [SYS/PERM] disk on fire\r\n") } },
  { "locked, in words", SECURITY_NONE, 0, STORE_ERROR_LINK, "another program", TRUE, { SAYS("PASS", "-ERR maildrop already locked\r\n") } },
  { "in use, in words", SECURITY_NONE, 0, STORE_ERROR_LINK, "another program", TRUE, { SAYS("PASS", "-ERR Mailbox in use\r\n") } },
  { "busy, in words", SECURITY_NONE, 0, STORE_ERROR_LINK, "another program", TRUE, { SAYS("PASS", "-ERR pop server busy\r\n") } },
  { "too many, in words", SECURITY_NONE, 0, STORE_ERROR_LINK, "less often", TRUE, { SAYS("PASS", "-ERR Too many logins\r\n") } },
  { "too often, in words", SECURITY_NONE, 0, STORE_ERROR_LINK, "less often", TRUE, { SAYS("PASS", "-ERR you ask too often\r\n") } },
  { "too many connections, in words", SECURITY_NONE, 0, STORE_ERROR_LINK, "cannot sign us in now", TRUE, { SAYS("PASS", "-ERR Maximum connections exceeded\r\n") } },
  { "temporary, in words", SECURITY_NONE, 0, STORE_ERROR_LINK, "cannot sign us in now", TRUE, { SAYS("PASS", "-ERR Temporary problem, please try again later\r\n") } },
  { "temporary, but of the password", SECURITY_NONE, 0, STORE_ERROR_AUTH, "check user", TRUE, { SAYS("PASS", "-ERR [AUTH] Temporarily locked: invalid password\r\n") } },
  { "account locked", SECURITY_NONE, 0, STORE_ERROR_AUTH, "check user", TRUE, { SAYS("PASS", "-ERR This account is locked\r\n") } },
  { "blocked", SECURITY_NONE, 0, STORE_ERROR_AUTH, "check user", TRUE, { SAYS("PASS", "-ERR You were blocked\r\n") } },
  { "failed too often", SECURITY_NONE, 0, STORE_ERROR_AUTH, "check user", TRUE, { SAYS("PASS", "-ERR too many failed logins\r\n") } },
  { "a code decides", SECURITY_NONE, 0, STORE_ERROR_AUTH, "check user", TRUE, { SAYS("PASS", "-ERR [AUTH] locked\r\n") } },
  { "echoes the password", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused the sign-in: check", TRUE, { SAYS("PASS", "-ERR pa\"ss\\word is wrong\r\n") } },
  { "echoes what it was sent", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused the sign-in: check", TRUE,
    { .capabilities = SASL("PLAIN"), SAYS("AUTH", "-ERR unknown command AUTH PLAIN " PLAIN_LINE "\r\n") } },
  { "echoes the user", SECURITY_NONE, 0, STORE_ERROR_AUTH, "refused the sign-in: check", TRUE, { SAYS("PASS", "-ERR no such user Gertrude\r\n") } },
  { "leaves at sign-in", SECURITY_NONE, 0, STORE_ERROR_LINK, "closed the connection", TRUE, { .turns = { { .command = "PASS", .act = peer_leave } } } },
  /* answers that are none */
  { "garbage", SECURITY_NONE, 0, STORE_ERROR_LINK, "not POP3", FALSE, { SAYS("CAPA", "\x01\x02\r\n") } },
  { "nothing", SECURITY_NONE, 0, STORE_ERROR_LINK, "not POP3", FALSE, { SAYS("CAPA", "\r\n") } },
  { "leaves within a line", SECURITY_NONE, 0, STORE_ERROR_LINK, "closed", FALSE, { .turns = { { .command = "CAPA", .answer = "+OK\r\nUS", .act = peer_leave } } } },
  { "silent", SECURITY_NONE, 0, STORE_ERROR_LINK, "did not answer within 1 second", FALSE, { .turns = { { .command = "CAPA", .act = peer_wait } } }, 1 },
  { "drips", SECURITY_NONE, 0, STORE_ERROR_LINK, "did not answer within 1 second", FALSE, { .turns = { { .command = "CAPA", .act = drip } } }, 1 },
  { "line of 100 MB", SECURITY_NONE, 0, STORE_ERROR_LINK, "more than a reasonable answer", FALSE, { .turns = { { .command = "CAPA", .act = flood_line } } } },
  { "capabilities without end", SECURITY_NONE, 0, STORE_ERROR_LINK, "more than", FALSE, { .turns = { { .command = "CAPA", .answer = "+OK\r\n", .act = flood_lines } } } },
};
/* clang-format on */

/* What CRAM-MD5 must say to CHALLENGE, by another implementation than the one that is tested. */
static char *expected(const char *heard)
{
  g_autofree char *digest = g_compute_hmac_for_string(G_CHECKSUM_MD5, (const guchar *)POP3_SECRET, strlen(POP3_SECRET),
                                                      "<1896.697@example.org>", -1);
  g_autofree char *text = g_strconcat(POP3_USER " ", digest, NULL);
  g_autofree char *encoded = g_base64_encode((const guchar *)text, strlen(text));
  g_auto(GStrv) parts = g_strsplit(heard, "@CRAM@", 2);
  return g_strjoinv(encoded, parts);
}

static void test_sign_in(void **state)
{
  const SignIn *row = *state;
  g_autoptr(GError) error = NULL;
  Server *server = server_start(pop3_peer, &row->conversation);
  AccountConfig account = pop3_account(server, row->security);
  account.auth = row->auth;
  if (row->timeout != 0) account.timeout = row->timeout;
  gint64 start = g_get_monotonic_time();
  Pop3Link *link = pop3_link_open(&account, POP3_SECRET, &error);
  gint64 took = g_get_monotonic_time() - start;
  if (error != NULL && (error->code != row->code || strstr(error->message, row->words) == NULL))
    print_error("%d %s\n", error->code, error->message);
  assert_int_equal(error != NULL ? error->code : -1, row->code);
  assert_true((link != NULL) == (row->code < 0));
  if (error != NULL) {
    assert_non_null(strstr(error->message, row->words));
    assert_false(pop3_knows_secret(error->message));
    g_autofree char *folded = g_ascii_strdown(error->message, -1);
    assert_null(strstr(folded, POP3_USER));
  }
  pop3_link_free(link);
  server_stop(server);
  const char *heard = server_heard(server);
  assert_int_equal(pop3_knows_secret(heard), row->told);
  assert_null(strstr(heard, "QUIT")); /* commits, and is sent only when asked */
  assert_null(strstr(heard, "APOP"));
  g_autofree char *wanted = row->heard != NULL ? expected(row->heard) : NULL;
  if (wanted != NULL && (strstr(heard, wanted) == NULL || strstr(heard, row->not_heard) != NULL))
    print_error("%s", heard);
  if (wanted != NULL) assert_non_null(strstr(heard, wanted));
  if (wanted != NULL) assert_null(strstr(heard, row->not_heard));
  assert_true(took < 60000000); /* valgrind is slow; the scripts that never end take two minutes */
  server_free(server);
}

/* A line break in a name would be a command of its own. */
static void a_line_break_in_a_name_is_refused(void **state)
{
  static const char *const users[] = { "a\r\nDELE 1", "a\nb", POP3_USER, POP3_USER };
  static const char *const secrets[] = { POP3_SECRET, POP3_SECRET, "x\r\nDELE 1", "x\ry" };
  for (guint i = 0; i < G_N_ELEMENTS(users); i++) {
    g_autoptr(GError) error = NULL;
    AccountConfig account = {
      .host = (char *)"localhost", .port = 1, .security = SECURITY_NONE, .user = (char *)users[i], .timeout = 1
    };
    assert_null(pop3_link_open(&account, secrets[i], &error));
    assert_int_equal(error->code, STORE_ERROR_AUTH);
  }
}

static const Pop3Conversation tokens = { .capabilities = SASL("XOAUTH2") }, pass = { 0 };

/* No command is longer than RFC 2449 allows: a long token waits until it is asked for, a long password is refused. */
static void a_long_token_waits_until_it_is_asked_for_and_a_long_password_is_refused(void **state)
{
  g_autofree char *secret = g_strnfill(2000, 's');
  for (guint i = 0; i < 2; i++) {
    g_autoptr(GError) error = NULL;
    Server *server = server_start(pop3_peer, i == 0 ? &tokens : &pass);
    AccountConfig account = pop3_account(server, SECURITY_NONE);
    account.auth = i == 0 ? AUTH_XOAUTH2 : AUTH_PASSWORD;
    g_autoptr(Pop3Link) link = pop3_link_open(&account, secret, &error);
    assert_true((link != NULL) == (i == 0));
    if (i == 1) assert_int_equal(error->code, STORE_ERROR_AUTH);
    if (i == 1) assert_null(strstr(error->message, "sss"));
    g_clear_pointer(&link, pop3_link_free);
    server_stop(server);
    if (i == 0)
      assert_non_null(strstr(server_heard(server), "AUTH XOAUTH2\r\ndXNlcj1nZXJ0cnVkZQFhdXRoPUJlYXJlciBzc3Nz"));
    if (i == 1) assert_null(strstr(server_heard(server), "sss"));
    server_free(server);
  }
}

int main(void)
{
  struct CMUnitTest tests[G_N_ELEMENTS(rows) + 2] = {
    cmocka_unit_test(a_line_break_in_a_name_is_refused),
    cmocka_unit_test(a_long_token_waits_until_it_is_asked_for_and_a_long_password_is_refused)
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    tests[2 + i] = (struct CMUnitTest){ rows[i].name, test_sign_in, NULL, NULL, (void *)(gsize)&rows[i] };
  return _cmocka_run_group_tests("pop3 sign-in", tests, G_N_ELEMENTS(tests), certs_set_up, certs_tear_down);
}
