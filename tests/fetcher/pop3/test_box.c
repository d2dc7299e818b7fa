/* test_box.c - a POP3 maildrop as a box: keys, reading, fetching
 * Owns:     the tables of texts and of what a server makes of a message.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/pop3/box.c, fetcher/pop3/box_read.c, fetcher/pop3/box_text.c */
#include "fetcher/pop3/box_text.h"
#include "tests/rigs/pop3_session.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* On the wire, dots doubled; as a box gives it; octets without the dots. Fed whole and byte by byte. */
static const struct {
  const char *wire;
  gsize length;
  const char *text;
  gsize size;
  guint64 octets;
} texts[] = {
#define TEXT(wire_, text_, octets_)                                                                                    \
  {                                                                                                                    \
    wire_, sizeof wire_ - 1, text_, sizeof text_ - 1, octets_                                                          \
  }
  TEXT("", "", 0),
  TEXT("a\r\nb\r\n", "a\nb\n", 6),
  TEXT("\r\n\r\n", "\n\n", 4),
  TEXT("..\r\n...\r\na.\r\n", ".\n..\na.\n", 3 + 4 + 4),
  TEXT("..a\r\n", ".a\n", 4),
  TEXT(".a\r\n", "a\n", 3), /* a server that does not double: the count tells */
  TEXT("a\rb\r\n", "a\rb\n", 5),
  TEXT("\r\r\n", "\r\n", 3),
  TEXT("a\nb\r\n", "a\nb\n", 5),
  TEXT("a\n..b\r\n", "a\n..b\n", 7),
  TEXT("a\r..b\r\n", "a\r..b\n", 7),
  TEXT("a\0b\0\r\n\0\r\n", "a\0b\0\n\0\n", 9),
  TEXT("\xff\xfe\r\n", "\xff\xfe\n", 4),
};

static void dots_and_line_ends_are_undone_in_pieces_of_any_size(void **state)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS(texts); i++) {
    Pop3Text text = POP3_TEXT_INIT;
    g_autoptr(GByteArray) out = g_byte_array_new();
    gsize length = texts[i / 2].length, piece = i & 1 ? 1 : MAX(length, 1);
    for (gsize at = 0; at < length; at += piece) pop3_text_feed(&text, texts[i / 2].wire + at, piece, out);
    if (out->len != texts[i / 2].size) print_error("row %u\n", i / 2);
    assert_int_equal(out->len, texts[i / 2].size);
    if (out->len > 0) assert_memory_equal(out->data, texts[i / 2].text, out->len);
    assert_int_equal(text.octets, texts[i / 2].octets);
    assert_int_equal(text.size, texts[i / 2].size);
  }
}

/* A message at the server, what LIST says of it, and what fetch() makes of it. */
static const struct {
  const char *name, *text;
  gsize length;
  guint64 octets; /* 0: the length */
  const char *got;
  gsize got_length;
  int code; /* -1: it is whole */
} wholes[] = {
#define WHOLE(name_, text_, octets_, got_)                                                                             \
  {                                                                                                                    \
    name_, text_, sizeof text_ - 1, octets_, got_, sizeof got_ - 1, -1                                                 \
  }
#define BROKEN(name_, text_, octets_)                                                                                  \
  {                                                                                                                    \
    name_, text_, sizeof text_ - 1, octets_, NULL, 0, STORE_ERROR_MESSAGE                                              \
  }
  WHOLE("usual", "A: b\r\n\r\nc\r\n", 0, "A: b\n\nc\n"),
  WHOLE("line ends count as one", "A: b\r\n\r\nc\r\n", 8, "A: b\n\nc\n"),
  WHOLE("dots", "A: b\r\n\r\n.\r\n..\r\n.x\r\n", 0, "A: b\n\n.\n..\n.x\n"),
  WHOLE("no final newline", "A: b\r\n\r\nc", 0, "A: b\n\nc"),
  WHOLE("no final newline, line ends count as one", "A: b\r\n\r\nc", 7, "A: b\n\nc"),
  WHOLE("NUL", "A: b\r\n\r\nc\0d\r\n", 0, "A: b\n\nc\0d\n"),
  WHOLE("lone CR", "A: b\r\n\r\nc\rd\r\n", 0, "A: b\n\nc\rd\n"),
  WHOLE("bare LF", "A: b\r\n\r\nc\nd\n.\r\n", 0, "A: b\n\nc\nd\n.\n"),
  WHOLE("header only", "A: b\r\n", 0, "A: b\n"),
  WHOLE("fewer than listed, each time", "A: b\r\n\r\nc\r\n", 20, "A: b\n\nc\n"),
  WHOLE("more than listed, each time", "A: b\r\n\r\nc\r\nddddd\r\n", 9, "A: b\n\nc\nddddd\n"),
  WHOLE("one more than listed, each time", "A: b\r\n\r\nc\r\n", 10, "A: b\n\nc\n"),
  BROKEN("far too few", "A: b\r\n\r\nc\r\n", 30),
};

static void a_message_is_taken_when_it_came_whole(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(wholes); i++) {
    Pop3Mail mail = { "u1", wholes[i].text, wholes[i].length, wholes[i].octets };
    Pop3Conversation conversation = { .mails = &mail, .n = 1 };
    Pop3Session session;
    pop3_session_open(&session, &conversation);
    pop3_session_list(&session, 1);
    assert_int_equal(box_item(session.box, 0)->size, mail.octets != 0 ? mail.octets : mail.length);
    g_autoptr(GBytes) bytes = pop3_session_fetch(&session, 0);
    if ((bytes != NULL) != (wholes[i].code < 0)) print_error("%s\n", wholes[i].name);
    if (wholes[i].code < 0) {
      assert_non_null(bytes);
      assert_int_equal(g_bytes_get_size(bytes), wholes[i].got_length);
      assert_memory_equal(g_bytes_get_data(bytes, NULL), wholes[i].got, wholes[i].got_length);
      /* What is read of a small message is the same, to the byte. */
      guint item = 0;
      assert_true(pop3_session_read(&session, &item, 1, BOX_MESSAGE, 1000));
      assert_int_equal(session.got->len, wholes[i].got_length + 3);
      assert_memory_equal(session.got->str + 2, wholes[i].got, wholes[i].got_length);
    } else {
      assert_null(bytes);
      pop3_session_failed(&session, wholes[i].code, "octets and sent");
    }
    pop3_session_free(&session);
  }
}

/* A message without a byte, which no server should have, but LIST may say so. */
static void a_message_without_a_byte_is_read(void **state)
{
  Pop3Conversation conversation = { .turns = { { .command = "LIST", .answer = "+OK\r\n1 0\r\n.\r\n" },
                                               { .command = "UIDL", .answer = "+OK\r\n1 u1\r\n.\r\n" },
                                               { .command = "TOP", .answer = "+OK\r\n.\r\n" },
                                               { .command = "RETR", .answer = "+OK\r\n.\r\n" } } };
  Pop3Session session;
  guint item = 0;
  pop3_session_open(&session, &conversation);
  pop3_session_list(&session, 1);
  assert_true(pop3_session_read(&session, &item, 1, BOX_HEADER, 100));
  assert_string_equal(session.got->str, "0:|");
  assert_true(pop3_session_read(&session, &item, 1, BOX_MESSAGE, 100));
  assert_string_equal(session.got->str, "0:|");
  g_autoptr(GBytes) bytes = pop3_session_fetch(&session, 0);
  assert_int_equal(g_bytes_get_size(bytes), 0);
  pop3_session_free(&session);
}

static void headers_and_messages_are_read_with_and_without_top(void **state)
{
  static const Pop3Mail mails[] = { { "u1", "A: 1\r\nB: 2\r\n\r\nbody 1\r\n" },
                                    { "u2", "\r\nno header\r\n" },
                                    { "u3", "A: 3\r\n" },
                                    { "u4", "A: 4\r\n\r\n\r\n\r\nbody 4\r\n" } };
  static const char *const capabilities[] = { NULL, "USER\r\nTOP\r\n", "USER\r\nPIPELINING\r\n", "" };
  static const guint items[] = { 2, 0, 1, 3 };
  for (guint i = 0; i < G_N_ELEMENTS(capabilities); i++) {
    Pop3Conversation conversation = { .mails = mails, .n = 4, .capabilities = capabilities[i] };
    Pop3Session session;
    pop3_session_open(&session, &conversation);
    pop3_session_list(&session, 4);
    assert_string_equal(session.box->name, "INBOX");
    assert_true(pop3_session_read(&session, items, 4, BOX_HEADER, 1000));
    assert_string_equal(session.got->str, "2:A: 3\n|0:A: 1\nB: 2\n|1:|3:A: 4\n|");
    assert_true(pop3_session_read(&session, items, 4, BOX_HEADER, 5));
    assert_string_equal(session.got->str, "2:A: 3\n|0:A: 1\n|1:|3:A: 4\n|");
    assert_true(pop3_session_read(&session, items, 4, BOX_MESSAGE, 1000));
    assert_string_equal(session.got->str, "2:A: 3\n|0:A: 1\nB: 2\n\nbody 1\n|1:\nno header\n|3:A: 4\n\n\n\nbody 4\n|");
    assert_true(pop3_session_read(&session, items, 4, BOX_MESSAGE, 12));
    assert_string_equal(session.got->str, "2:A: 3\n|0:A: 1\nB: 2\n\nb|1:\nno header\n|3:A: 4\n\n\n\nbody|");
    assert_true(pop3_session_read(&session, items, 0, BOX_MESSAGE, 12));
    const char *heard = pop3_session_end(&session);
    /* Nothing was marked as read, nor committed. */
    if (i != 2) assert_null(strstr(heard, "RETR"));
    if (i == 2) assert_null(strstr(heard, "TOP"));
    assert_null(strstr(heard, "QUIT"));
    pop3_session_free(&session);
  }
}

/* Where lines are shorter than they are taken to be, a second question brings the rest. */
static void where_lines_are_short_a_second_question_brings_the_rest(void **state)
{
  for (guint i = 0; i < 2; i++) {
    g_autoptr(GString) text = g_string_new("A: b\r\n\r\n"), expected = g_string_new("A: b\n\n");
    const char *line = i == 0 ? "x" : "x 70 characters long x 70 characters long x 70 characters long x 70 c.";
    for (guint j = 0; j < 20000; j++) {
      g_string_append_printf(text, "%s\r\n", line);
      g_string_append_printf(expected, "%s\n", line);
    }
    Pop3Mail mail = { "u1", text->str };
    Pop3Conversation conversation = { .mails = &mail, .n = 1 };
    Pop3Session session;
    guint item = 0;
    pop3_session_open(&session, &conversation);
    pop3_session_list(&session, 1);
    assert_true(pop3_session_read(&session, &item, 1, BOX_MESSAGE, 10000));
    assert_int_equal(session.got->len, 10003);
    assert_memory_equal(session.got->str + 2, expected->str, 10000);
    const char *heard = pop3_session_end(&session);
    assert_non_null(strstr(heard, "TOP 1 313\r\n"));
    assert_int_equal(strstr(heard, "TOP 1 10000\r\n") != NULL, i == 0);
    assert_null(strstr(heard, "RETR"));
    pop3_session_free(&session);
  }
}

static void a_refused_message_keeps_none_from_the_others(void **state)
{
  static const guint items[] = { 0, 1, 2, 3 };
  Pop3Conversation conversation = { POP3_FOUR, .turns = { { .command = "TOP 2", .answer = "-ERR bad sector.\r\n" },
                                                          { .command = "RETR 2", .answer = "-ERR gertrude\r\n" } } };
  Pop3Session session;
  pop3_session_open(&session, &conversation);
  pop3_session_list(&session, 4);
  assert_false(pop3_session_read(&session, items, 4, BOX_HEADER, 100));
  assert_string_equal(session.got->str, "0:Subject: 1\n|2:Subject: 3\n|3:Subject: 4\n|");
  pop3_session_failed(&session, STORE_ERROR_MESSAGE, "refused to give a message: bad sector.");
  assert_null(pop3_session_fetch(&session, 1));
  pop3_session_failed(&session, STORE_ERROR_MESSAGE, "refused to give a message.");
  g_autoptr(GBytes) bytes = pop3_session_fetch(&session, 2);
  assert_non_null(bytes);
  pop3_session_free(&session);
}

static gint64 key_of(const char *header, guint64 size)
{
  g_autofree char *text = g_strdup_printf("%s\n%" G_GUINT64_FORMAT, header, size);
  return box_key(text, strlen(text));
}

/* Keys by unique-id; where that is missing or shared, by the message; those that are alike nevertheless are twins. */
static void a_key_is_the_unique_id_or_the_message_itself(void **state)
{
  static const Pop3Mail mails[] = { { "same", "A: 1\r\n\r\nx\r\n" }, { "u2", "A: 2\r\n\r\nx\r\n" },
                                    { "same", "A: 3\r\n\r\nx\r\n" }, { "same", "A: 3\r\n\r\nxx\r\n" },
                                    { "same", "A: 4\r\n\r\nx\r\n" }, { "same", "A: 4\r\n\r\ny\r\n" } };
  Pop3Conversation conversation = { .mails = mails, .n = G_N_ELEMENTS(mails) };
  Pop3Session session;
  pop3_session_open(&session, &conversation);
  for (guint i = 0; i < 2; i++) {
    pop3_session_list(&session, 6);
    assert_int_equal(box_item(session.box, 3)->twins, 0);
    assert_int_equal(box_item(session.box, 4)->twins, 1);
    assert_int_equal(box_item(session.box, 5)->twins, 0);
    assert_true(box_item(session.box, 4)->key == box_item(session.box, 5)->key);
    assert_true(box_item(session.box, 0)->key == key_of("A: 1\n", 11));
    assert_true(box_item(session.box, 1)->key == box_key("u2", 2));
    assert_true(box_item(session.box, 2)->key == key_of("A: 3\n", 11));
    assert_true(box_item(session.box, 3)->key == key_of("A: 3\n", 12));
    assert_int_equal(pop3_box_row(session.box, 3)->number, 4);
    assert_string_equal(pop3_box_row(session.box, 1)->uid, "u2");
  }
  pop3_session_free(&session);
}

/* Neither UIDL nor TOP, and one message that the server refuses: it has no key. */
static void without_uidl_and_top_a_refused_message_has_no_key(void **state)
{
  Pop3Conversation conversation = { POP3_FOUR, .capabilities = "",
                                    .turns = { { .command = "UIDL", .answer = "-ERR what?\r\n" },
                                               { .command = "TOP", .answer = "-ERR what?\r\n" },
                                               { .command = "RETR 3", .answer = "-ERR bad sector\r\n" } } };
  Pop3Session session;
  pop3_session_open(&session, &conversation);
  pop3_session_list(&session, 3);
  assert_true(box_item(session.box, 0)->key == key_of("Subject: 1\n", strlen(pop3_four[0].text)));
  assert_int_equal(pop3_box_row(session.box, 2)->number, 4);
  assert_null(pop3_box_row(session.box, 2)->uid);
  guint item = 2;
  assert_true(session.box->class->remove(session.box, &item, 1, &session.error));
  assert_non_null(strstr(pop3_session_end(&session), "DELE 4\r\n"));
  pop3_session_free(&session);
}

/* The disk is full. */
static void a_full_disk_is_told_and_the_session_goes_on(void **state)
{
  Pop3Conversation conversation = { POP3_FOUR };
  Pop3Session session;
  pop3_session_open(&session, &conversation);
  pop3_session_list(&session, 4);
  int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
  assert_true(fd >= 0);
  assert_false(session.box->class->fetch(session.box, 0, fd, &session.error));
  pop3_session_failed(&session, STORE_ERROR_MAILBOX, "No space left on device");
  close(fd);
  g_autoptr(GBytes) bytes = pop3_session_fetch(&session, 1); /* the session goes on */
  assert_non_null(bytes);
  pop3_session_free(&session);
}

/* A sender cannot make a message that breaks the connection each time: lines that are all dots, or empty. */
static void lines_that_are_all_dots_or_empty_break_no_connection(void **state)
{
  g_autoptr(GString) dots = g_string_new("A: b\r\n\r\n");
  for (guint i = 0; i < 300000; i++) g_string_append(dots, i & 1 ? ".\r\n" : "\r\n");
  Pop3Mail mails[] = { { "u1", dots->str }, { "u2", dots->str, 0, 0 } };
  mails[1].octets = dots->len - 300000 - 2; /* as a server counts that keeps LF */
  Pop3Conversation conversation = { .mails = mails, .n = 2 };
  Pop3Session session;
  pop3_session_open(&session, &conversation);
  pop3_session_list(&session, 2);
  for (guint i = 0; i < 2; i++) {
    g_autoptr(GBytes) bytes = pop3_session_fetch(&session, i);
    assert_non_null(bytes);
    assert_int_equal(g_bytes_get_size(bytes), dots->len - 300000 - 2);
  }
  pop3_session_free(&session);
}

static void a_refused_sign_in_opens_no_box(void **state)
{
  Pop3Conversation conversation = { .turns = { { .command = "PASS", .answer = "-ERR [AUTH] no\r\n" } } };
  Pop3Session session = { .server = server_start(pop3_peer, &conversation), .got = g_string_new(NULL) };
  session.account = pop3_account(session.server, SECURITY_NONE);
  assert_null(pop3_box_new(&session.account, POP3_SECRET, &session.error));
  pop3_session_failed(&session, STORE_ERROR_AUTH, "refused the sign-in");
  server_free(session.server);
  g_string_free(session.got, TRUE);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(dots_and_line_ends_are_undone_in_pieces_of_any_size),
    cmocka_unit_test(a_message_is_taken_when_it_came_whole),
    cmocka_unit_test(a_message_without_a_byte_is_read),
    cmocka_unit_test(headers_and_messages_are_read_with_and_without_top),
    cmocka_unit_test(where_lines_are_short_a_second_question_brings_the_rest),
    cmocka_unit_test(a_refused_message_keeps_none_from_the_others),
    cmocka_unit_test(a_key_is_the_unique_id_or_the_message_itself),
    cmocka_unit_test(without_uidl_and_top_a_refused_message_has_no_key),
    cmocka_unit_test(a_full_disk_is_told_and_the_session_goes_on),
    cmocka_unit_test(lines_that_are_all_dots_or_empty_break_no_connection),
    cmocka_unit_test(a_refused_sign_in_opens_no_box),
  };
  return _cmocka_run_group_tests("pop3 box", tests, G_N_ELEMENTS(tests), certs_set_up, certs_tear_down);
}
