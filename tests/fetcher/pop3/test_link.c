/* test_link.c - listings and messages of POP3 servers that behave, lie or flood
 * Owns:     the tables of listings and of answers.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/pop3/link.c, fetcher/pop3/link_list.c, fetcher/pop3/link_message.c, fetcher/pop3/link_talk.c */
#include "tests/rigs/pop3_session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void flood_rows(Peer *peer) { peer_flood(peer, "1 1\r\n"); }

static void flood_line(Peer *peer) { peer_flood(peer, "x"); }

/* What a listing must come to: rows as "number octets uid,...", or a code and words. */
typedef struct {
  const char *name, *list, *uidl; /* answers; "": an empty listing */
  const char *rows;
  int code;
  const char *words;
  void (*act)(Peer *peer); /* after the answer to LIST */
} Listing;

#define ONE "+OK\r\n1 10\r\n.\r\n"
#define LIST(rows_) "+OK\r\n" rows_ ".\r\n"
#define X10 "xxxxxxxxxx"
#define X250 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10

/* clang-format off */
static const Listing listings[] = {
  { "usual", LIST("1 10\r\n2 20\r\n"), LIST("1 a\r\n2 b\r\n"), "1 10 a,2 20 b", -1 },
  { "empty", LIST(""), LIST(""), "", -1 },
  { "words after +OK", "+OK 1 message (10 octets)\r\n1 10\r\n.\r\n", LIST("1 a\r\n"), "1 10 a", -1 },
  { "in another order", LIST("2 20\r\n1 10\r\n"), LIST("1 a\r\n2 b\r\n"), "2 20 b,1 10 a", -1 },
  { "with holes", LIST("3 10\r\n7 20\r\n"), LIST("3 a\r\n7 b\r\n"), "3 10 a,7 20 b", -1 },
  { "no UIDL", LIST("1 10\r\n2 20\r\n"), "-ERR what?\r\n", "1 10 -,2 20 -", -1 },
  { "UIDL later", ONE, "-ERR [SYS/TEMP] wait\r\n", NULL, STORE_ERROR_LINK, "wait" },
  { "uids repeat", LIST("1 10\r\n2 20\r\n"), LIST("1 a\r\n2 a\r\n"), "1 10 a,2 20 a", -1 },
  { "not in UIDL", LIST("1 10\r\n2 20\r\n"), LIST("2 b\r\n"), "2 20 b", -1 },
  { "not in LIST", LIST("2 20\r\n"), LIST("1 a\r\n2 b\r\n9 c\r\n"), "2 20 b", -1 },
  { "twice in LIST", LIST("1 10\r\n2 20\r\n1 30\r\n"), LIST("1 a\r\n2 b\r\n"), "2 20 b", -1 },
  { "twice in UIDL", LIST("1 10\r\n2 20\r\n"), LIST("1 a\r\n2 b\r\n1 c\r\n"), "2 20 b", -1 },
  { "three times in UIDL", LIST("1 10\r\n2 20\r\n"), LIST("1 a\r\n1 b\r\n2 b\r\n1 c\r\n"), "2 20 b", -1 },
  { "more words in a row", LIST("1 10 and more\r\n"), LIST("1 a and more\r\n"), "1 10 a", -1 },
  { "spaces", LIST(" 1  10 \r\n"), LIST("1   a\r\n"), "1 10 a", -1 },
  { "LF for CRLF", "+OK\n1 10\n.\n", "+OK\n1 a\n.\n", "1 10 a", -1 },
  { "uid without characters", LIST("1 10\r\n2 20\r\n"), LIST("1\r\n2 b\r\n"), "2 20 b", -1 },
  { "uid with a control", LIST("1 10\r\n2 20\r\n"), LIST("1 a\x01\r\n2 b\r\n"), "2 20 b", -1 },
  { "uid in 8 bits", LIST("1 10\r\n2 20\r\n"), LIST("1 \xc3\xa4\r\n2 b\r\n"), "2 20 b", -1 },
  { "uid of 250", ONE, LIST("1 " X250 "\r\n"), "1 10 " X250, -1 },
  { "uid of 260", LIST("1 10\r\n2 20\r\n"), LIST("1 " X250 X10 "\r\n2 b\r\n"), "2 20 b", -1 },
  { "size 0", LIST("1 0\r\n"), LIST("1 a\r\n"), "1 0 a", -1 },
  { "size 2^40", LIST("1 1099511627776\r\n"), LIST("1 a\r\n"), "1 1099511627776 a", -1 },
  { "size 2^40 + 1", LIST("1 1099511627777\r\n"), LIST("1 a\r\n"), NULL, STORE_ERROR_FATAL, "impossible sizes" },
  { "size beyond all", LIST("1 99999999999999999999999999999999\r\n"), "", NULL, STORE_ERROR_FATAL, "impossible sizes" },
  { "size below 0", LIST("1 -1\r\n"), "", NULL, STORE_ERROR_FATAL, "impossible sizes" },
  { "no size", LIST("1\r\n"), "", NULL, STORE_ERROR_FATAL, "impossible sizes" },
  { "number 0", LIST("0 10\r\n"), "", NULL, STORE_ERROR_FATAL, "impossible numbers" },
  { "number -1", LIST("-1 10\r\n"), "", NULL, STORE_ERROR_FATAL, "impossible numbers" },
  { "number 2^31", LIST("2147483648 10\r\n"), "", NULL, STORE_ERROR_FATAL, "impossible numbers" },
  { "number 2^32 + 1", LIST("4294967297 10\r\n"), "", NULL, STORE_ERROR_FATAL, "impossible numbers" },
  { "number beyond all", LIST("99999999999999999999999999 10\r\n"), "", NULL, STORE_ERROR_FATAL, "impossible numbers" },
  { "number 1000000", LIST("1000000 10\r\n"), LIST("1000000 a\r\n"), "1000000 10 a", -1 },
  { "number 1000001", LIST("1000001 10\r\n"), "", NULL, STORE_ERROR_FATAL, "impossible numbers" },
  { "no number", LIST("x 10\r\n"), "", NULL, STORE_ERROR_FATAL, "impossible numbers" },
  { "half a number", LIST("1x 10\r\n"), "", NULL, STORE_ERROR_FATAL, "impossible numbers" },
  { "an empty row", LIST("\r\n"), "", NULL, STORE_ERROR_FATAL, "impossible numbers" },
  { "uidl number 0", ONE, LIST("0 a\r\n"), NULL, STORE_ERROR_FATAL, "impossible numbers" },
  { "uidl number -1", ONE, LIST("-1 a\r\n"), NULL, STORE_ERROR_FATAL, "impossible numbers" },
  { "uidl number 2^31", ONE, LIST("2147483648 a\r\n"), NULL, STORE_ERROR_FATAL, "impossible numbers" },
  { "no LIST", "-ERR what?\r\n", "", NULL, STORE_ERROR_FATAL, "refused to list its messages: what?" },
  { "LIST later", "-ERR [SYS/TEMP] wait\r\n", "", NULL, STORE_ERROR_LINK, "wait" },
  { "answer to something else", "1 10\r\n", "", NULL, STORE_ERROR_LINK, "not POP3" },
  { "without end", "+OK\r\n", "", NULL, STORE_ERROR_FATAL, "without end", flood_rows },
  { "a line without end", "+OK\r\n", "", NULL, STORE_ERROR_LINK, "a line without end", flood_line },
  { "closed within a row", "+OK\r\n1 1", "", NULL, STORE_ERROR_LINK, "closed the connection", peer_leave },
  { "closed between rows", "+OK\r\n1 10\r\n", "", NULL, STORE_ERROR_LINK, "closed the connection", peer_leave },
  { "closed before its end's end", "+OK\r\n1 10\r\n.", "", NULL, STORE_ERROR_LINK, "closed the connection", peer_leave },
};
/* clang-format on */

static void test_listing(void **state)
{
  const Listing *row = *state;
  g_autoptr(GError) error = NULL;
  Pop3Conversation conversation = { .turns = {
                                        { .command = "LIST", .answer = row->list, .act = row->act },
                                        { .command = "UIDL", .answer = *row->uidl != '\0' ? row->uidl : LIST("") } } };
  Server *server = server_start(pop3_peer, &conversation);
  g_autoptr(Pop3Link) link = pop3_open(server, 0);
  const GArray *rows = pop3_link_list(link, &error);
  if (error != NULL) print_message("%s\n", error->message);
  assert_int_equal(error != NULL ? error->code : -1, row->code);
  if (row->words != NULL) assert_non_null(strstr(error->message, row->words));
  g_autoptr(GString) got = g_string_new(NULL);
  for (guint i = 0; rows != NULL && i < rows->len; i++) {
    const Pop3Row *each = &g_array_index(rows, Pop3Row, i);
    g_string_append_printf(got, "%s%u %" G_GUINT64_FORMAT " %s", i > 0 ? "," : "", each->number, each->octets,
                           each->uid != NULL ? each->uid : "-");
  }
  if (row->rows != NULL) assert_string_equal(got->str, row->rows);
  if (row->rows == NULL) assert_null(rows);
  server_free(server);
}

/* An answer to RETR 1, said at once or byte by byte, and what it must come to; "PONG" follows it on the wire. */
static const struct {
  const char *answer;
  gsize length;
  const char *got;
} answers[] = {
#define ANSWER(wire, got_)                                                                                             \
  {                                                                                                                    \
    wire, sizeof wire - 1, got_                                                                                        \
  }
  ANSWER("+OK\r\nA: b\r\n\r\nc\r\n.\r\n", "[A: b\r\n\r\nc\r\n]"),
  ANSWER("+OK\r\n.\r\n", "[]"),
  ANSWER("+OK\r\n\r\n.\r\n", "[\r\n]"),
  ANSWER("+OK\r\n..\r\n.\r\n", "[..\r\n]"),
  ANSWER("+OK\r\n..a\r\n...\r\n.\r\n", "[..a\r\n...\r\n]"),
  /* Only CRLF ends a line, so that these end nothing. */
  ANSWER("+OK\r\na\n.\r\nb\r\n.\r\n", "[a\n.\r\nb\r\n]"),
  ANSWER("+OK\r\na\r.\r\nb\r\n.\r\n", "[a\r.\r\nb\r\n]"),
  ANSWER("+OK\r\n.\nb\r\n.\r\n", "[.\nb\r\n]"),
  ANSWER("+OK\r\n.\rb\r\n.\r\n", "[.\rb\r\n]"),
  ANSWER("+OK\r\n.\r\rb\r\n.\r\n", "[.\r\rb\r\n]"),
  ANSWER("+OK\r\n.b\r\n.\r\n", "[.b\r\n]"),
  ANSWER("+OK\r\n\r\r\n.\r\n", "[\r\r\n]"),
  ANSWER("+OK\r\n\n.\r\n\r\n.\r\n", "[\n.\r\n\r\n]"),
  ANSWER("-ERR no such message.\r\n", "!no such message"),
  ANSWER("-ERR [SYS/TEMP] in pieces\r\n", "!in pieces"),
  ANSWER("-ERR ask gertrude\r\n", "!"),
};

static void say_slowly(Peer *peer, gconstpointer data)
{
  guint i = GPOINTER_TO_UINT(data) / 2;
  gboolean slowly = GPOINTER_TO_UINT(data) & 1;
  peer_say(peer, "+OK\r\n");
  for (const char *line; (line = peer_hear(peer)) != NULL;) {
    if (strcmp(line, "RETR 1") != 0) {
      peer_say(peer, strcmp(line, "NOOP") == 0 ? "+OK PONG\r\n" : strcmp(line, "CAPA") == 0 ? "-ERR\r\n" : "+OK\r\n");
      continue;
    }
    if (!slowly) peer_say_bytes(peer, answers[i].answer, answers[i].length);
    for (gsize j = 0; slowly && j < answers[i].length; j++) {
      peer_say_bytes(peer, answers[i].answer + j, 1);
      g_usleep(2000);
    }
  }
}

static void an_answer_is_taken_whole_at_once_and_byte_by_byte(void **state)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS(answers); i++) {
    g_autoptr(GError) error = NULL;
    Server *server = server_start(say_slowly, GUINT_TO_POINTER(i));
    g_autoptr(Pop3Link) link = pop3_open(server, 0);
    Pop3Taken taken = { .got = g_string_new(NULL) };
    Pop3Ask ask = { 1, -1 };
    assert_true(pop3_take(link, &ask, 1, &taken, &error));
    if (strcmp(taken.got->str, answers[i / 2].got) != 0) print_error("row %u%s\n", i / 2, i & 1 ? ", slowly" : "");
    assert_string_equal(taken.got->str, answers[i / 2].got);
    assert_true(pop3_link_noop(link, &error)); /* nothing of it is left over */
    g_string_free(taken.got, TRUE);
    server_free(server);
  }
}

/* TOP and RETR, asked for one by one and together, by servers that have more or less. */
static const struct {
  const char *capabilities;
  gboolean refuses_top;
  const char *heard; /* of 1 with no lines, 9, 2 with one line, 3 whole */
  gboolean has_top;
  gboolean falls_silent; /* CAPA is refused after the sign-in */
} servers[] = {
  { "USER\r\nTOP\r\nUIDL\r\nPIPELINING\r\n", FALSE, "TOP 1 0\r\nTOP 9 0\r\nTOP 2 1\r\nRETR 3\r\n", TRUE },
  { "USER\r\nTOP\r\nUIDL\r\n", FALSE, "TOP 1 0\r\nTOP 9 0\r\nTOP 2 1\r\nRETR 3\r\n", TRUE },
  { "USER\r\nUIDL\r\n", TRUE, "LIST\r\nRETR 1\r\nRETR 9\r\nRETR 2\r\nRETR 3\r\n", FALSE },
  /* No CAPA after the sign-in: what it said before counts. */
  { "USER\r\nUIDL\r\n", TRUE, "LIST\r\nRETR 1\r\nRETR 9\r\nRETR 2\r\nRETR 3\r\n", FALSE, TRUE },
  { "", FALSE, "TOP 1 0\r\nTOP 9 0\r\nTOP 2 1\r\nRETR 3\r\n", TRUE },
  { "", TRUE, "TOP 1 0\r\nRETR 1\r\nRETR 9\r\nRETR 2\r\nRETR 3\r\n", FALSE },
  { "USER\r\nTOP\r\nEXPIRE 0\r\n", FALSE, "TOP 1 0\r\nTOP 9 0\r\nTOP 2 1\r\nTOP 3 ", TRUE },
};

static void messages_are_fetched_from_servers_of_every_ability(void **state)
{
  static const Pop3Ask asks[] = { { 1, 0 }, { 9, 0 }, { 2, 1 }, { 3, -1 } };
  for (guint i = 0; i < G_N_ELEMENTS(servers); i++) {
    g_autoptr(GError) error = NULL;
    Pop3Conversation conversation = { POP3_FOUR, .capabilities = servers[i].capabilities };
    if (servers[i].falls_silent) {
      conversation.turns[1] = (Pop3Turn){ .command = "CAPA", .answer = "+OK\r\nUSER\r\nUIDL\r\n.\r\n", .once = TRUE };
      conversation.turns[2] = (Pop3Turn){ .command = "CAPA", .answer = "-ERR what?\r\n" };
    }
    if (servers[i].refuses_top) conversation.turns[0] = (Pop3Turn){ .command = "TOP", .answer = "-ERR what?\r\n" };
    Server *server = server_start(pop3_peer, &conversation);
    g_autoptr(Pop3Link) link = pop3_open(server, 0);
    assert_non_null(pop3_link_list(link, &error));
    Pop3Taken taken = { .got = g_string_new(NULL) };
    assert_true(pop3_take(link, asks, G_N_ELEMENTS(asks), &taken, &error));
    assert_string_equal(taken.got->str, servers[i].has_top
                                            ? "[Subject: 1\r\n\r\n]!no such message[Subject: 2\r\n\r\nbody 2\r\n]"
                                              "[Subject: 3\r\n\r\nbody 3\r\n..\r\nline 3\r\n]"
                                            : "[Subject: 1\r\n\r\nbody 1\r\n..\r\nline 3\r\n]!no such message"
                                              "[Subject: 2\r\n\r\nbody 2\r\n..\r\nline 3\r\n]"
                                              "[Subject: 3\r\n\r\nbody 3\r\n..\r\nline 3\r\n]");
    assert_int_equal(pop3_link_has_top(link), servers[i].has_top);
    g_clear_pointer(&link, pop3_link_free);
    server_stop(server);
    if (strstr(server_heard(server), servers[i].heard) == NULL) print_error("%s\n", server_heard(server));
    assert_non_null(strstr(server_heard(server), servers[i].heard));
    g_string_free(taken.got, TRUE);
    server_free(server);
  }
}

/* Hears all that is sent before it says anything: 32 commands, not one more until it has answered half of them. */
static void answer_late(Peer *peer, gconstpointer data)
{
  peer_say(peer, "+OK\r\n");
  for (const char *line; (line = peer_hear(peer)) != NULL && strncmp(line, "TOP", 3) != 0;)
    peer_say(peer, strcmp(line, "CAPA") == 0 ? "+OK\r\nUSER\r\nTOP\r\nPIPELINING\r\n.\r\n" : "+OK\r\n");
  for (guint i = 0; i < 31; i++) peer_hear(peer);
  for (guint i = 0; i < 100; i++) {
    peer_say(peer, "+OK\r\nx\r\n.\r\n");
    if (i >= 15 && (i - 15) % 16 == 0 && i < 79) {
      guint more = MIN(16, 100 - 32 - (i - 15));
      for (guint j = 0; j < more; j++) peer_hear(peer);
    }
  }
  peer_wait(peer);
}

/* At the first answer. */
static void count_commands(guint ask, const char *refusal, gpointer data)
{
  const Server *server = data;
  guint n = 0;
  for (const char *p = server_heard(server); (p = strstr(p, "TOP ")) != NULL; p++) n++;
  if (ask == 0) assert_int_equal(n, 32);
  if (ask > 0) assert_true(n <= ask + 32);
}

static gboolean take_any(guint ask, const char *bytes, gsize length, gpointer data) { return TRUE; }

static void no_more_commands_are_on_their_way_than_the_window_holds(void **state)
{
  g_autoptr(GError) error = NULL;
  Pop3Ask asks[100];
  Server *server = server_start(answer_late, NULL);
  g_autoptr(Pop3Link) link = pop3_open(server, 0);
  Pop3Sink sink = { .piece = take_any, .done = count_commands, .data = server };
  for (guint i = 0; i < G_N_ELEMENTS(asks); i++) asks[i] = (Pop3Ask){ i + 1, 0 };
  assert_true(pop3_link_fetch(link, asks, G_N_ELEMENTS(asks), &sink, &error));
  server_free(server);
}

/* What is not wanted is read past, and the next message comes whole. */
static void what_is_not_wanted_is_read_past(void **state)
{
  g_autoptr(GError) error = NULL;
  static const Pop3Ask asks[] = { { 1, -1 }, { 2, -1 } };
  g_autofree char *long_text = g_strnfill(3000000, 'x');
  const Pop3Mail two[] = { { "u1", long_text }, { "u2", "y\r\n" } };
  Pop3Conversation conversation = { .mails = two, .n = 2 };
  Server *server = server_start(pop3_peer, &conversation);
  g_autoptr(Pop3Link) link = pop3_open(server, 0);
  Pop3Taken taken = { .got = g_string_new(NULL), .most = 10 };
  assert_non_null(pop3_link_list(link, &error));
  assert_true(pop3_take(link, asks, 2, &taken, &error));
  assert_in_range(taken.got->len, 10, 40000);
  assert_true(g_str_has_suffix(taken.got->str, "x][y\r\n]"));
  g_string_free(taken.got, TRUE);
  server_free(server);
}

static void flood_message(Peer *peer) { peer_flood(peer, "\n"); }

/* A message has the bytes that LIST told, or thereabouts; one that the listing calls too large is not asked for. */
static void a_message_has_about_the_bytes_that_the_listing_told(void **state)
{
  g_autoptr(GError) error = NULL;
  static const Pop3Mail two[] = { { "u1", "x\r\n", 0, 1000000000 }, { "u2", "y\r\n" } };
  static const Pop3Ask asks[] = { { 1, -1 }, { 1, 0 }, { 2, -1 } };
  Pop3Conversation conversation = { .mails = two,
                                    .n = 2,
                                    .turns = { { .command = "RETR 2", .answer = "+OK\r\n", .act = flood_message } } };
  Server *server = server_start(pop3_peer, &conversation);
  g_autoptr(Pop3Link) link = pop3_open(server, 0);
  Pop3Taken taken = { .got = g_string_new(NULL) };
  assert_non_null(pop3_link_list(link, &error));
  assert_false(pop3_take(link, asks, 3, &taken, &error));
  assert_int_equal(error->code, STORE_ERROR_LINK);
  assert_non_null(strstr(error->message, "more than"));
  assert_true(g_str_has_prefix(taken.got->str, "!it is too large[x\r\n]["));
  assert_in_range(taken.got->len, 0, 100000);
  g_string_free(taken.got, TRUE);
  server_free(server);
}

int main(void)
{
  struct CMUnitTest tests[G_N_ELEMENTS(listings) + 5] = {
    cmocka_unit_test(an_answer_is_taken_whole_at_once_and_byte_by_byte),
    cmocka_unit_test(messages_are_fetched_from_servers_of_every_ability),
    cmocka_unit_test(no_more_commands_are_on_their_way_than_the_window_holds),
    cmocka_unit_test(what_is_not_wanted_is_read_past),
    cmocka_unit_test(a_message_has_about_the_bytes_that_the_listing_told),
  };
  for (guint i = 0; i < G_N_ELEMENTS(listings); i++)
    tests[5 + i] = (struct CMUnitTest){ listings[i].name, test_listing, NULL, NULL, (void *)(gsize)&listings[i] };
  return _cmocka_run_group_tests("pop3 link", tests, G_N_ELEMENTS(tests), certs_set_up, certs_tear_down);
}
