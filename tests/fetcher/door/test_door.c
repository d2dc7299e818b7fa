/* test_door.c - what a client may say to the POP3 server on loopback
 * Owns:     the table of dialogues.
 * Must not: leave this computer.
 * Fails:    as a test.
 * Tests:    fetcher/door/session.c, fetcher/door/sign_in.c */
#include "tests/rigs/door_rig.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define IN RIG_SIGN_IN
#define OK "+OK\r\n"
#define IS_IN OK "+OK 3 141\r\n"
#define FIRST "-ERR sign in first\r\n"
#define TWICE "-ERR you have signed in already\r\n"
#define WRONG "-ERR [AUTH] the user or the password is wrong\r\n"
#define NO_VERB "-ERR there is no such command\r\n"
#define NONE "-ERR there is no such message\r\n"
#define WORDS "-ERR this command does not go with these words\r\n"
#define BAD_PLAIN "-ERR this is not a response for PLAIN (RFC 4616)\r\n"
#define CAPABILITIES                                                                                                   \
  OK "TOP\r\nUIDL\r\nUSER\r\nPIPELINING\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nSASL PLAIN\r\nEXPIRE NEVER\r\n"             \
     "IMPLEMENTATION Backstop\r\n.\r\n"
#define ONE_HEAD "Subject: one\r\n\r\n"
#define ONE_BODY "line one\r\nline two\r\nline three\r\n"
#define DOTS "Subject: dots\r\n\r\n..\r\n..dot\r\n...\r\n"

typedef struct {
  const char *name, *sent, *answers; /* after the greeting */
  const char *heard;                 /* by the link */
  const char *told;                  /* to the host */
} Dialogue;

static const Dialogue dialogues[] = {
  { "a client that says nothing", "", "", "", "" },
  { "QUIT before the sign-in", "QUIT\r\nQUIT\r\n", OK, "", "" },
  { "CAPA", "CAPA\r\ncapa\r\n", CAPABILITIES CAPABILITIES, "", "" },
  { "CAPA after the sign-in", IN "CAPA\r\n", IS_IN CAPABILITIES, "", "enter;gone;" },
  { "sign in first", "STAT\r\nLIST\r\nLIST 1\r\nUIDL\r\nTOP 1 0\r\nRETR 1\r\nDELE 1\r\nRSET\r\nNOOP\r\n",
    FIRST FIRST FIRST FIRST FIRST FIRST FIRST FIRST FIRST, "", "" },
  { "signed in already", IN "USER me\r\nPASS x\r\nAUTH PLAIN\r\nNOOP\r\n", IS_IN TWICE TWICE TWICE OK, "",
    "enter;gone;" },
  { "no such command", "LAST\r\nAPOP me x\r\nSTLS\r\nutf8\r\nLANG\r\n" IN,
    NO_VERB NO_VERB NO_VERB NO_VERB NO_VERB IS_IN, "", "enter;gone;" },
  { "no POP3: an empty line", "\r\n" IN, NO_VERB, "", "" },
  { "no POP3: a space", " \r\n" IN, NO_VERB, "", "" },
  { "no POP3: SMTP", "HELO\r\n" IN, NO_VERB, "", "" },
  { "no POP3: nearly a command", "USERS\r\n" IN, NO_VERB, "", "" },
  { "no POP3: a browser's form", "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nx\r\n" IN "DELE 1\r\nQUIT\r\n", NO_VERB, "",
    "" },
  { "no POP3 after USER", "USER me\r\nGET / HTTP/1.1\r\nPASS open sesame\r\n", OK NO_VERB, "", "" },
  { "no such command after the sign-in", IN "LAST\r\nXTND\r\n STAT\r\nRETR\t1\r\n",
    IS_IN NO_VERB NO_VERB NO_VERB NO_VERB, "", "enter;gone;" },
  { "USER and PASS", "PASS x\r\nUSER\r\nUSER \r\nPASS x\r\n" IN,
    "-ERR USER comes first\r\n-ERR a name must follow USER\r\n-ERR a name must follow USER\r\n"
    "-ERR USER comes first\r\n" IS_IN,
    "", "enter;gone;" },
  { "any case, any line end", "user me\npAsS open sesame\nstat\r\nNoop\n", IS_IN "+OK 3 141\r\n" OK, "",
    "enter;gone;" },
  { "the last name counts", "USER you\r\nUSER me\r\nPASS open sesame\r\n", OK IS_IN, "", "enter;gone;" },
  { "wrong password", "USER me\r\nPASS wrong\r\nPASS open sesame\r\nQUIT\r\n", OK WRONG "-ERR USER comes first\r\n" OK,
    "", "" },
  { "nearly the password", "USER me\r\nPASS open sesame \r\nUSER me\r\nPASS open sesam\r\nQUIT\r\n",
    OK WRONG OK WRONG OK, "", "" },
  { "no password", "USER me\r\nPASS\r\nUSER me\r\nPASS \r\nQUIT\r\n", OK WRONG OK WRONG OK, "", "" },
  { "wrong user", "USER you\r\nPASS open sesame\r\nQUIT\r\n", OK WRONG OK, "", "" },
  { "wrong case", "USER Me\r\nPASS open sesame\r\nUSER me\r\nPASS Open sesame\r\nQUIT\r\n", OK WRONG OK WRONG OK, "",
    "" },
  { "three times wrong", "USER me\r\nPASS 1\r\nUSER me\r\nPASS 2\r\nAUTH PLAIN AG1lAHdyb25n\r\n" IN,
    OK WRONG OK WRONG WRONG, "", "" },
  { "twice wrong, then right", "USER me\r\nPASS 1\r\nUSER me\r\nPASS 2\r\n" IN "QUIT\r\n", OK WRONG OK WRONG IS_IN OK,
    "", "enter;quit;" },
  { "AUTH PLAIN", "AUTH PLAIN\r\nAG1lAG9wZW4gc2VzYW1l\r\nNOOP\r\n", "+ \r\n+OK 3 141\r\n" OK, "", "enter;gone;" },
  { "AUTH PLAIN with a response", "auth plain AG1lAG9wZW4gc2VzYW1l\r\nNOOP\r\n", "+OK 3 141\r\n" OK, "",
    "enter;gone;" },
  { "AUTH PLAIN as oneself", "AUTH PLAIN bWUAbWUAb3BlbiBzZXNhbWU=\r\n", "+OK 3 141\r\n", "", "enter;gone;" },
  { "AUTH PLAIN for another", "AUTH PLAIN eW91AG1lAG9wZW4gc2VzYW1l\r\n", WRONG, "", "" },
  { "AUTH PLAIN given up", "AUTH PLAIN\r\n*\r\nAUTH PLAIN\r\n\r\nQUIT\r\n",
    "+ \r\n-ERR AUTH was given up\r\n+ \r\n" BAD_PLAIN OK, "", "" },
  { "AUTH PLAIN with nonsense",
    "AUTH PLAIN =\r\nAUTH PLAIN AG1l\r\nAUTH PLAIN AG1lAG9wZW4Ac2VzYW1l\r\nAUTH PLAIN AG1lAG9wZW4gc2VzYW1\r\n"
    "AUTH PLAIN A=1l\r\nAUTH PLAIN AG1lAG9wZW4gc2VzYW1l \r\nAUTH PLAIN \r\nAUTH PLAIN ====\r\n",
    BAD_PLAIN BAD_PLAIN BAD_PLAIN BAD_PLAIN BAD_PLAIN BAD_PLAIN BAD_PLAIN BAD_PLAIN, "", "" },
  { "AUTH otherwise", "AUTH\r\nAUTH LOGIN\r\nAUTH PLAINER\r\nAUTH CRAM-MD5\r\n",
    "-ERR PLAIN is the only mechanism here\r\n-ERR PLAIN is the only mechanism here\r\n"
    "-ERR PLAIN is the only mechanism here\r\n-ERR PLAIN is the only mechanism here\r\n",
    "", "" },
  { "AUTH forgets USER", "USER me\r\nAUTH\r\nPASS open sesame\r\n",
    OK "-ERR PLAIN is the only mechanism here\r\n-ERR USER comes first\r\n", "", "" },
  { "STAT, LIST and UIDL", IN "STAT\r\nLIST\r\nUIDL\r\nLIST 2\r\nUIDL 3\r\n",
    IS_IN "+OK 3 141\r\n+OK 3 messages (141 octets)\r\n1 48\r\n2 33\r\n3 60\r\n.\r\n"
          "+OK\r\n1 uid-1\r\n2 uid-3\r\n3 uid-5\r\n.\r\n+OK 2 33\r\n+OK 3 uid-5\r\n",
    "", "enter;gone;" },
  { "listings without the deleted", IN "DELE 2\r\nSTAT\r\nLIST\r\nUIDL\r\nRSET\r\nSTAT\r\nLIST 2\r\n",
    IS_IN OK "+OK 2 108\r\n+OK 2 messages (108 octets)\r\n1 48\r\n3 60\r\n.\r\n+OK\r\n1 uid-1\r\n3 uid-5\r\n.\r\n"
             "+OK 3 141\r\n+OK 3 141\r\n+OK 2 33\r\n",
    "", "enter;gone;" },
  { "deleted is not there", IN "DELE 2\r\nLIST 2\r\nUIDL 2\r\nTOP 2 0\r\nRETR 2\r\nDELE 2\r\n",
    IS_IN OK NONE NONE NONE NONE NONE, "", "enter;gone;" },
  { "no such message", IN "LIST 0\r\nUIDL 4\r\nTOP 0 1\r\nRETR 4\r\nDELE 99999999999999999999\r\nRETR 4294967297\r\n",
    IS_IN NONE NONE NONE NONE NONE NONE, "", "enter;gone;" },
  { "arguments that do not fit",
    IN "STAT 1\r\nLIST x\r\nLIST 1 2\r\nUIDL -1\r\nTOP 1\r\nTOP 1 1 1\r\nTOP 1 -1\r\nRETR\r\nRETR 1 2\r\nRETR 1x\r\n"
       "DELE\r\nRSET 1\r\nNOOP x\r\nCAPA x\r\nQUIT now\r\nRETR +1\r\n",
    IS_IN WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS, "",
    "enter;gone;" },
  { "more space than needed", IN "STAT \r\nLIST  2 \r\nRETR 002\r\n", IS_IN "+OK 3 141\r\n+OK 2 33\r\n" OK DOTS ".\r\n",
    "RETR 3;", "enter;gone;" },
  { "RETR", IN "RETR 1\r\nRETR 2\r\n", IS_IN OK ONE_HEAD ONE_BODY ".\r\n" OK DOTS ".\r\n", "RETR 1;RETR 3;",
    "enter;gone;" },
  { "TOP", IN "TOP 1 0\r\nTOP 1 2\r\nTOP 1 99999999999\r\nTOP 2 1\r\n",
    IS_IN OK ONE_HEAD ".\r\n" OK ONE_HEAD "line one\r\nline two\r\n.\r\n" OK ONE_HEAD ONE_BODY ".\r\n" OK
                      "Subject: dots\r\n\r\n..\r\n.\r\n",
    "TOP 1 0;TOP 1 2;TOP 1 2147483647;TOP 3 1;", "enter;gone;" },
  { "a message refused", IN "RETR 3\r\nTOP 3 1\r\nRETR 2\r\n",
    IS_IN "-ERR [SYS/TEMP] not now\r\n-ERR [SYS/TEMP] not now\r\n" OK DOTS ".\r\n", "RETR 5;TOP 5 1;RETR 3;",
    "enter;gone;" },
  { "answers in order", IN "RETR 2\r\nNOOP\r\nTOP 1 0\r\nRETR 9\r\nRETR 2\r\nSTAT\r\n",
    IS_IN OK DOTS ".\r\n" OK OK ONE_HEAD ".\r\n" NONE OK DOTS ".\r\n+OK 3 141\r\n", "RETR 3;TOP 1 0;RETR 3;",
    "enter;gone;" },
  { "QUIT", IN "QUIT\r\nNOOP\r\n", IS_IN OK, "", "enter;quit;" },
  { "DELE and QUIT", IN "RETR 2\r\nDELE 2\r\nDELE 1\r\nQUIT\r\n", IS_IN OK DOTS ".\r\n" OK OK OK,
    "RETR 3;DELE 1 uid-1;DELE 3 uid-3;", "enter;quit;" },
  { "DELE, RSET and QUIT", IN "DELE 1\r\nRSET\r\nDELE 2\r\nQUIT\r\n", IS_IN OK "+OK 3 141\r\n" OK OK, "DELE 3 uid-3;",
    "enter;quit;" },
  { "a deletion refused", IN "DELE 1\r\nDELE 2\r\nDELE 3\r\nQUIT\r\n",
    IS_IN OK OK OK "-ERR some messages were not deleted\r\n", "DELE 1 uid-1;DELE 3 uid-3;DELE 5 uid-5;",
    "enter;quit;" },
  { "QUIT without its end", IN "DELE 1\r\nQUIT", IS_IN OK, "", "enter;gone;" },
};

static void fill(Pop3Link *link)
{
  FakeMail *mail;
  fake_link_add(link, ONE_HEAD ONE_BODY, -1, FALSE);
  fake_link_add(link, "Subject: held back\r\n\r\n", -1, TRUE);
  fake_link_add(link, DOTS, -1, FALSE);
  fake_link_add(link, "Subject: held back\r\n\r\n", -1, TRUE);
  mail = fake_link_add(link, NULL, 60, FALSE);
  mail->refusal = "[SYS/TEMP] not now";
  mail->stays = TRUE;
}

static Rig *start(void)
{
  Rig *rig = rig_new();
  fill(rig->link);
  rig_start(rig);
  return rig;
}

/* FALSE, with what is different on standard error. */
static gboolean same(const char *what, const char *got, const char *want)
{
  if (g_str_equal(got, want)) return TRUE;
  print_error("%s: got\n%s\nwant\n%s\n", what, got, want);
  return FALSE;
}

static void test_dialogue(void **state)
{
  const Dialogue *row = *state;
  g_autofree char *want = g_strconcat(RIG_GREETING, row->answers, NULL);
  gsize length = strlen(row->sent);
  /* Once all together, once in pieces that end anywhere. */
  const gsize steps[] = { MAX(length, 1), 7 };
  for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
    Rig *rig = start();
    int fd = rig_connect(rig);
    for (gsize at = 0; at < length; at += steps[i]) {
      rig_send(fd, row->sent + at, (gssize)MIN(steps[i], length - at));
      g_usleep(200);
    }
    shutdown(fd, SHUT_WR);
    g_autoptr(GString) got = rig_rest(fd);
    close(fd);
    rig_await(rig, 1);
    rig_stop(rig);
    assert_true(same("answers", got->str, want));
    assert_true(same("heard", rig->link->heard->str, row->heard));
    assert_true(same("told", rig->told->str, row->told));
    rig_free(rig);
  }
}

/* However much of this was sent before the client went away: deleted is only what was deleted and quit. */
static void a_client_that_goes_away_deletes_only_what_it_deleted_before_it_quit(void **state)
{
  static const char script[] = IN "RETR 2\r\nDELE 2\r\nTOP 1 0\r\nDELE 1\r\nQUIT\r\n";
  static const char all[] = RIG_GREETING IS_IN OK DOTS ".\r\n" OK OK ONE_HEAD ".\r\n" OK OK;
  Rig *rig = start();
  for (gsize n = 0; n < sizeof script; n++) {
    g_autoptr(GString) got = rig_talk(rig, script, (gssize)n);
    assert_true(g_str_has_prefix(all, got->str));
    rig_await(rig, (gint)n + 1);
    gboolean whole = n == sizeof script - 1;
    assert_int_equal(strstr(rig->link->heard->str, "DELE") != NULL, whole);
    assert_int_equal(strstr(rig->told->str, "quit") != NULL, whole);
  }
  rig_free(rig);
}

static void a_maildrop_that_cannot_be_reached_is_told_at_sign_in(void **state)
{
  Rig *rig = rig_new();
  rig->enter_problem = "pop.example.org:995 cannot be reached:\r\ncheck the network.";
  rig_start(rig);
  g_autoptr(GString) got = rig_talk(rig, IN "STAT\r\n", -1);
  assert_string_equal(got->str,
                      RIG_GREETING OK "-ERR [SYS/TEMP] pop.example.org:995 cannot be reached:  check the network.\r\n");
  rig_await(rig, 1);
  assert_string_equal(rig->told->str, "enter;gone;");
  rig_free(rig);
}

static void an_empty_maildrop_is_served(void **state)
{
  Rig *rig = rig_new();
  rig_start(rig);
  g_autoptr(GString) got = rig_talk(rig, IN "STAT\r\nLIST\r\nUIDL\r\nRETR 1\r\nRSET\r\nQUIT\r\n", -1);
  assert_string_equal(got->str, RIG_GREETING OK "+OK 0 0\r\n+OK 0 0\r\n+OK 0 messages (0 octets)\r\n.\r\n" OK
                                                ".\r\n" NONE "+OK 0 0\r\n" OK);
  rig_free(rig);
}

static void a_deletion_that_failed_is_told_at_quit(void **state)
{
  Rig *rig = rig_new();
  fill(rig->link);
  rig->leave_fails = TRUE;
  rig_start(rig);
  g_autoptr(GString) got = rig_talk(rig, IN "DELE 1\r\nQUIT\r\n", -1);
  assert_string_equal(got->str, RIG_GREETING IS_IN OK "-ERR some messages were not deleted\r\n");
  rig_await(rig, 1);
  assert_string_equal(rig->told->str, "enter;quit;");
  rig->leave_fails = FALSE;
  rig->link->breaks_at_delete = TRUE;
  g_autoptr(GString) broken = rig_talk(rig, IN "DELE 1\r\nDELE 2\r\nQUIT\r\n", -1);
  assert_string_equal(broken->str, RIG_GREETING IS_IN OK OK "-ERR some messages were not deleted\r\n");
  rig_await(rig, 2);
  assert_string_equal(rig->told->str, "enter;quit;enter;broke;gone;");
  assert_string_equal(rig->link->heard->str, "DELE 1 uid-1;DELE 1 uid-1;");
  rig_free(rig);
}

static void a_client_that_makes_a_hundred_errors_is_sent_away(void **state)
{
  g_autoptr(GString) sent = g_string_new(NULL), want = g_string_new(RIG_GREETING);
  for (guint i = 0; i < 150; i++) g_string_append(sent, "LAST\r\n");
  for (guint i = 0; i < 101; i++) g_string_append(want, NO_VERB);
  Rig *rig = start();
  g_autoptr(GString) got = rig_talk(rig, sent->str, -1);
  assert_string_equal(got->str, want->str);
  rig_free(rig);
}

static void a_line_that_is_too_long_ends_the_session(void **state)
{
  Rig *rig = start();
  g_autofree char *fits = g_strnfill(8192, 'x');
  g_autofree char *longer = g_strnfill(8193, 'x');
  g_autofree char *longest = g_strnfill(1000000, 'x');
  memcpy(fits, "LAST ", strlen("LAST "));
  g_autofree char *script = g_strconcat(fits, "\nNOOP\r\n", NULL);
  g_autoptr(GString) fitting = rig_talk(rig, script, -1);
  assert_string_equal(fitting->str, RIG_GREETING NO_VERB FIRST);
  const char *too_long[] = { longer, longest + 800000, longest };
  for (guint i = 0; i < G_N_ELEMENTS(too_long); i++) {
    int fd = rig_connect(rig);
    rig_send(fd, too_long[i], -1);
    g_autoptr(GString) got = rig_rest(fd);
    assert_string_equal(got->str, RIG_GREETING "-ERR this line is too long\r\n");
    close(fd);
  }
  rig_free(rig);
}

static void a_command_cannot_hold_a_nul(void **state)
{
  static const char before[] = "USER m\0e\r\nUSER me\r\nPASS open sesame\r\n", after[] = IN "STAT\0\r\nNOOP\r\n";
  Rig *rig = start();
  g_autoptr(GString) ended = rig_talk(rig, before, sizeof before - 1);
  assert_string_equal(ended->str, RIG_GREETING "-ERR a command cannot hold a NUL\r\n");
  g_autoptr(GString) got = rig_talk(rig, after, sizeof after - 1);
  assert_string_equal(got->str, RIG_GREETING IS_IN "-ERR a command cannot hold a NUL\r\n" OK);
  rig_free(rig);
}

static void clients_that_come_meanwhile_wait_until_somebody_has_signed_in(void **state)
{
  Rig *rig = rig_new();
  int seconds[20];
  fill(rig->link);
  rig->door->limits.penalty = 1000;
  rig->door->limits.tick = 500;
  rig_start(rig);
  int first = rig_connect(rig);
  g_autofree char *greeting = rig_line(first);
  assert_string_equal(greeting, RIG_GREETING);
  rig_send(first, "USER me\r\nPASS wrong\r\n", -1);
  g_autofree char *ok = rig_line(first);
  for (guint i = 0; i < G_N_ELEMENTS(seconds); i++) {
    seconds[i] = rig_connect(rig);
    g_autofree char *told = rig_line(seconds[i]);
    assert_string_equal(told, RIG_GREETING);
  }
  struct pollfd answer = { .fd = first, .events = POLLIN };
  assert_int_equal(poll(&answer, 1, 0), 0);
  g_autofree char *refusal = rig_line(first);
  assert_string_equal(refusal, WRONG);
  rig_send(first, IN, -1);
  for (guint i = 0; i < 2; i++) g_free(rig_line(first));
  /* Once somebody has signed in, they are told so. */
  for (guint i = 0; i < G_N_ELEMENTS(seconds); i++) {
    g_autoptr(GString) told = rig_rest(seconds[i]);
    assert_string_equal(told->str, "-ERR [IN-USE] another program is connected: try again later\r\n");
    close(seconds[i]);
  }
  int third = rig_connect(rig);
  g_autoptr(GString) told = rig_rest(third);
  assert_string_equal(told->str, "-ERR [IN-USE] another program is connected: try again later\r\n");
  close(third);
  rig_send(first, "QUIT\r\n", -1);
  g_autoptr(GString) rest = rig_rest(first);
  assert_string_equal(rest->str, OK);
  close(first);
  rig_free(rig);
}

static void a_client_that_hangs_up_in_the_delay_frees_the_door_at_once(void **state)
{
  Rig *rig = rig_new();
  rig->door->limits.penalty = 60000;
  rig_start(rig);
  int fd = rig_connect(rig);
  rig_send(fd, "USER me\r\nPASS wrong\r\n", -1);
  for (guint i = 0; i < 2; i++) g_free(rig_line(fd));
  struct linger reset = { .l_onoff = 1 };
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(fd);
  rig_await(rig, 1);
  rig_free(rig);
}

int main(void)
{
  const struct CMUnitTest others[] = {
    cmocka_unit_test(a_client_that_goes_away_deletes_only_what_it_deleted_before_it_quit),
    cmocka_unit_test(a_maildrop_that_cannot_be_reached_is_told_at_sign_in),
    cmocka_unit_test(an_empty_maildrop_is_served),
    cmocka_unit_test(a_deletion_that_failed_is_told_at_quit),
    cmocka_unit_test(a_client_that_makes_a_hundred_errors_is_sent_away),
    cmocka_unit_test(a_line_that_is_too_long_ends_the_session),
    cmocka_unit_test(a_command_cannot_hold_a_nul),
    cmocka_unit_test(clients_that_come_meanwhile_wait_until_somebody_has_signed_in),
    cmocka_unit_test(a_client_that_hangs_up_in_the_delay_frees_the_door_at_once),
  };
  struct CMUnitTest tests[G_N_ELEMENTS(dialogues) + G_N_ELEMENTS(others)];
  for (gsize i = 0; i < G_N_ELEMENTS(dialogues); i++)
    tests[i] = (struct CMUnitTest){ dialogues[i].name, test_dialogue, NULL, NULL, (void *)(gsize)&dialogues[i] };
  memcpy(tests + G_N_ELEMENTS(dialogues), others, sizeof others);
  return _cmocka_run_group_tests("door", tests, G_N_ELEMENTS(tests), NULL, NULL);
}
