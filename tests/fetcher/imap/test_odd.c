/* test_odd.c - answers of odd servers: each is one message's trouble, or nobody's
 * Owns:     the tables of odd answers while messages are looked at, read, moved and claimed.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/imap/fetch.c, fetcher/imap/command.c, fetcher/imap/hear.c, fetcher/imap/move.c */
#include "tests/rigs/imap_session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ROW(uid, more) "* 1 FETCH (UID " uid " FLAGS () BODY[HEADER.FIELDS (A)] {1}\r\nx" more ")\r\n"
#define GOOD ROW("1", "") ROW("3", "")
#define OK "$ OK done\r\n"

/* clang-format off */
/* Scans of UIDs 1 to 4, where 1, 2 and 3 are. */
static const struct {
  const char *name;
  const char *range, *first, *second, *third, *fourth; /* answers to the whole range, and to 1:1, 2:2 or 2:3, 3:3 */
  const char *rows; /* "uid" with "p" prized, "u" unreadable, "d" doubtful; NULL: fails */
  const char *words;
  gboolean later; /* the error holds only for now */
} scans[] = {
  { "unknown_lines_are_passed_over",
    "* XSOMETHING 1 2\r\n* 3 FOO\r\n* OK [WEIRD (a b) \"c\"] x\r\n* OK [X:Y=Z]\r\n* VANISHED (EARLIER) 3\r\n* NO Mailbox 90% full\r\n* BAD odd\r\n"
    "* SEARCH 4 5\r\n\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n* OK\r\n* STATUS INBOX (MESSAGES 3)\r\n* ESEARCH (TAG \"x\") UID ALL 1:3\r\n* 3\r\n* (\r\n"
    "* OK [PERMANENTFLAGS (\r\n* OK [PERMANENTFLAGS (\\])] k\r\n* ANNOTATION INBOX \"/comment\" (\"value.priv\" NIL \"x\r\n* NAMESPACE ((\"\" \"\r\n"
    "* X ({-1}\r\n* OK [INPROGRESS (\"x\" 1 2)] x\r\n* LIST () \"/\"\r\n* ENABLED QRESYNC\r\n* CAPABILITY X\r\n" ROW("1", "") ROW("2", "") ROW("3", "") OK, "", "", "", "", "1|2|3|", "" },
  { "odd_flags_do_not_hide_a_flag", "* 1 FETCH (UID 1 FLAGS NIL BODY[] x)\r\n* 2 FETCH (UID 2 FLAGS (Ju{nk %) BODY[] x)\r\n* 3 FETCH (UID 3 BODY[] x)\r\n" OK, "", "", "", "", "1p|2|3p|", "" },
  { "fields_that_are_nil", "* 1 FETCH (UID 1 FLAGS () BODY[] NIL)\r\n" ROW("2", "") ROW("3", "") OK, "", "", "", "", "1u|2|3|", "" },
  { "fields_that_are_left_out", "* 1 FETCH (UID 1 FLAGS () RFC822.SIZE 5)\r\n" ROW("2", "") ROW("3", "") OK, "", "", "", "", "2|3|1pu|", "" },
  { "one_that_is_left_out_of_a_good_answer", ROW("1", "") ROW("3", "") OK, "", "", "", "", "1|3|2pu|", "" },
  { "flags_told_beside_the_row", "* 2 FETCH (UID 2 FLAGS (\\Seen))\r\n" ROW("2", "") ROW("1", "") ROW("3", "") OK, "", "", "", "", "2|1|3|", "" },
  { "one_that_is_refused_is_found", "$ NO cannot\r\n", ROW("1", "") OK, "$ NO cannot\r\n", "$ NO cannot\r\n", ROW("3", "") OK, "1|3|2pu|", "" },
  { "a_bug_of_the_server_is_no_refusal_of_all", "$ NO [SERVERBUG] cannot\r\n", ROW("1", "") OK, "$ NO [SERVERBUG] cannot\r\n", "$ NO [SERVERBUG] cannot\r\n", ROW("3", "") OK, "1|3|2pu|", "" },
  { "one_that_is_refused_after_rows", ROW("1", "") "$ NO cannot\r\n", "", "$ NO cannot\r\n", "$ NO cannot\r\n", ROW("3", "") OK, "1|3|2pu|", "" },
  { "all_that_are_refused_are_an_error", "$ NO cannot\r\n", "$ NO one\r\n", "$ NO two\r\n", "$ NO three\r\n", "$ NO four\r\n", NULL, "refused to show what is in the folder (UID FETCH in INBOX): cannot." },
  { "a_refusal_for_now_is_an_error", ROW("1", "") "$ NO [UNAVAILABLE] later\r\n", "", "", "", "", NULL, "in INBOX): later.", TRUE },
  { "throttled_is_an_error", "$ BAD Request is throttled. Suggested Backoff Time: 5000 milliseconds\r\n", "", "", "", "", NULL, "throttled", TRUE },
  { "throttled_in_the_middle_is_an_error", "$ NO cannot\r\n", ROW("1", "") OK, "$ NO [THROTTLED]\r\n", "", "", NULL, "in INBOX).", TRUE },
  { "a_literal_that_was_too_long", "* 1 FETCH (UID 1 FLAGS () BODY[] {2}\r\nx)\r\n" ROW("2", "") OK, "* 1 FETCH (UID 1 FLAGS () BODY[] {2}\r\nx)\r\n" OK, ROW("2", "") ROW("3", "") OK, "", "", "2|3|1pu|", "" },
  { "text_after_a_short_literal_is_not_believed",
    "* 1 FETCH (UID 1 FLAGS () BODY[] {1}\r\nx\r\n* 2 FETCH (UID 2 FLAGS () BODY[] forged)\r\n* BYE\r\n* X {9999}\r\n1 OK done\r\nzz\r\n)\r\n" ROW("3", "") OK,
    "* 1 FETCH (UID 1 FLAGS () BODY[] {1}\r\nx y)\r\n" OK, ROW("2", "") ROW("3", "") OK, "", "", "2|3|1pu|", "" },
  { "more_than_a_megabyte_of_fields", NULL, "", "", "", "", "2d|1|3|", "" },
};
/* clang-format on */

static void on_row(const ScanRow *row, gpointer data)
{
  g_string_append_printf(data, "%u%s%s%s|", row->uid, row->prized ? "p" : "", row->unreadable ? "u" : "",
                         row->doubtful ? "d" : "");
}

static void test_scan(void **state)
{
  static const char *const fields[] = { "A", NULL };
  guint i = GPOINTER_TO_UINT(*state);
  g_autofree char *many = g_strnfill(1500000, 'y');
  g_autofree char *much = g_strdup_printf("* 1 FETCH (UID 2 FLAGS () BODY[] {1500000}\r\n%s)\r\n" GOOD OK, many);
  Conversation conversation = { .turns = { { .command = "UID FETCH 1:4 ",
                                             .answer = scans[i].range != NULL ? scans[i].range : much },
                                           { .command = "UID FETCH 1:1 ", .answer = scans[i].first },
                                           { .command = "UID FETCH 2:3 ", .answer = scans[i].second },
                                           { .command = "UID FETCH 2:2 ", .answer = scans[i].third },
                                           { .command = "UID FETCH 3:3 ", .answer = scans[i].fourth } } };
  Session session;
  session_open(&session, &conversation);
  session_select(&session);
  g_autoptr(GString) rows = g_string_new(NULL);
  gboolean done = session.store->class->scan(session.store, 1, 4, fields, on_row, rows, &session.error);
  assert_outcome(&session, done,
                 scans[i].rows != NULL ? -1
                 : scans[i].later      ? STORE_ERROR_LATER
                                       : STORE_ERROR_MAILBOX,
                 scans[i].words);
  if (done) assert_string_equal(rows->str, scans[i].rows);
  /* The connection goes on. */
  g_autoptr(GArray) present = session.store->class->present(session.store, 1, 4, NULL);
  assert_non_null(present);
  assert_int_equal(present->len, 3);
  session_free(&session);
}

/* And no refusal is told with the words of another one. */
static void a_refusal_says_what_was_refused_and_whether_only_for_now(void **state)
{
  static const struct {
    const char *answer, *words;
    StoreError code;
  } rows[] = {
    { "$ NO [OVERQUOTA] full\r\n", "refused to search the folder (UID SEARCH in INBOX): full.", STORE_ERROR_LATER },
    { "$ NO [UNAVAILABLE]\r\n", "refused to search the folder (UID SEARCH in INBOX).", STORE_ERROR_LATER },
    { "$ NO\r\n", "refused to search the folder (UID SEARCH in INBOX).", STORE_ERROR_MAILBOX },
    { "$ BAD [NOPERM] gertrude may not\r\n", "refused to search the folder (UID SEARCH in INBOX).",
      STORE_ERROR_MAILBOX },
    { "* NO [ALERT] disk\r\n$ NO\r\n", "refused to search the folder (UID SEARCH in INBOX).", STORE_ERROR_MAILBOX },
    { "$ NO [AUTHENTICATIONFAILED] try again later\r\n", "later", STORE_ERROR_MAILBOX },
  };
  Conversation conversation = { 0 };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    conversation.turns[i] = (Turn){ .command = "UID SEARCH UID 1:4", .answer = rows[i].answer, .once = TRUE };
  Session session;
  session_open(&session, &conversation);
  session_select(&session);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    assert_null(session.store->class->present(session.store, 1, 4, &session.error));
    assert_outcome(&session, FALSE, (int)rows[i].code, rows[i].words);
    g_clear_error(&session.error);
  }
  g_autoptr(GArray) present = session.store->class->present(session.store, 1, 4, &session.error);
  assert_non_null(present);
  session_free(&session);
}

/* A message that the server left out may be flagged, too. */
static void a_message_whose_flags_are_not_told_counts_as_flagged(void **state)
{
  static const struct {
    const char *fetched, *prized;
  } rows[] = {
    { "* 1 FETCH (UID 1 FLAGS ())\r\n* 2 FETCH (UID 2 FLAGS (\\Flagged))\r\n* 3 FETCH (UID 3 FLAGS (x))\r\n" OK, "2|" },
    { "* 1 FETCH (UID 1 FLAGS NIL)\r\n* 2 FETCH (UID 2)\r\n* 3 FETCH (UID 3 FLAGS ())\r\n" OK, "1|2|" },
    { "* 3 FETCH (UID 3 FLAGS ())\r\n" OK, "1|2|" },
    { "* 1 FETCH (UID 1 FLAGS ())\r\n* 1 FETCH (UID 1 FLAGS (\\Answered))\r\n* 2 FETCH (UID 2 FLAGS ())\r\n* 3 FETCH "
      "(UID 3 FLAGS ())\r\n" OK,
      "1|" },
  };
  static const guint32 uids[] = { 1, 2, 3, 9 }; /* 9 is gone */
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Conversation conversation = { .turns = { { .command = "UID FETCH", .answer = rows[i].fetched } } };
    Session session;
    g_autoptr(GArray) prized = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_autoptr(GString) told = g_string_new(NULL);
    session_open(&session, &conversation);
    session_select(&session);
    assert_true(session.store->class->prized(session.store, uids, 4, prized, &session.error));
    for (guint j = 0; j < prized->len; j++) g_string_append_printf(told, "%u|", g_array_index(prized, guint32, j));
    assert_string_equal(told->str, rows[i].prized);
    session_free(&session);
  }
}

#define STATUS(messages, next) "* STATUS Away (MESSAGES " messages " UIDNEXT " next ")\r\n" OK

/* What was copied is removed only where that is so. */
static void without_copyuid_a_copy_counts_where_the_target_has_grown_by_all_of_it(void **state)
{
  static const struct {
    const char *before, *after;
    gboolean removed;
  } rows[] = {
    { STATUS("5", "10"), STATUS("7", "12"), TRUE },
    { STATUS("5", "10"), STATUS("8", "14"), TRUE },
    { STATUS("5", "10"), STATUS("6", "12"), FALSE },
    { STATUS("5", "10"), STATUS("7", "11"), FALSE },
    { STATUS("5", "10"), STATUS("5", "10"), FALSE },
    { STATUS("5", "0"), STATUS("7", "12"), FALSE },
    { OK, STATUS("7", "12"), FALSE },
    { STATUS("5", "10"), OK, FALSE },
    { STATUS("5", "10"), "$ NO\r\n", FALSE },
  };
  static const guint32 uids[] = { 3, 2 };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Conversation conversation = { .capabilities = "IMAP4rev1 AUTH=PLAIN UIDPLUS",
                                  .turns = { { .command = "STATUS", .answer = rows[i].before, .once = TRUE },
                                             { .command = "STATUS", .answer = rows[i].after },
                                             { .command = "UID SEARCH", .answer = "* SEARCH 2 3\r\n" OK, .once = TRUE },
                                             { .command = "UID SEARCH", .answer = "* SEARCH\r\n" OK } } };
    Session session;
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(UidPair));
    session_open(&session, &conversation);
    session_select(&session);
    gboolean done = session.store->class->move(session.store, uids, 2, "Away", pairs, &session.error);
    if (done != rows[i].removed) print_error("row %u\n", i);
    assert_int_equal(done, rows[i].removed);
    assert_int_equal(pairs->len, done ? 2 : 0);
    if (!done) assert_int_equal(session.error->code, STORE_ERROR_MAILBOX);
    assert_int_equal(strstr(session_end(&session), "EXPUNGE") != NULL, rows[i].removed);
    session_free(&session);
  }
}

static void a_copyuid_that_cannot_be_right_is_as_good_as_none(void **state)
{
  static const char *const codes[] = {
    "COPYUID 9 2:3 11,11", "COPYUID 9 2,2 11:12", "COPYUID 9 2:3 0:1", "COPYUID 9 2:3 11",
    "COPYUID 9 2:3",       "COPYUID x 2:3 11:12", "COPYUID",           "COPYUID 9 2:3 11:*",
    "COPYUID 9 * 11"
  };
  static const guint32 uids[] = { 2, 3 };
  for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
    g_autofree char *moved = g_strdup_printf("* OK [%s] moved\r\n$ OK [%s] done\r\n", codes[i], codes[i]);
    Conversation conversation = { .turns = { { .command = "UID SEARCH", .answer = "* SEARCH 2 3\r\n" OK, .once = TRUE },
                                             { .command = "UID SEARCH", .answer = "* SEARCH\r\n" OK },
                                             { .command = "UID MOVE", .answer = moved } } };
    Session session;
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(UidPair));
    session_open(&session, &conversation);
    session_select(&session);
    assert_true(session.store->class->move(session.store, uids, 2, "Away", pairs, &session.error));
    assert_int_equal(pairs->len, 2);
    for (guint j = 0; j < 2; j++) {
      if (g_array_index(pairs, UidPair, j).to != 0) print_error("%s\n", codes[i]);
      assert_int_equal(g_array_index(pairs, UidPair, j).to, 0);
    }
    session_free(&session);
  }
}

/* What the server answers to it does not matter. */
static void who_we_are_is_said_after_the_sign_in_where_the_server_offers_to_hear_it(void **state)
{
  static const char *const answers[] = { ("* ID (\"name\" \"x\")\r\n" OK), "* ID NIL\r\n$ NO\r\n", "$ BAD what\r\n" };
  for (guint i = 0; i <= G_N_ELEMENTS(answers); i++) {
    gboolean offered = i < G_N_ELEMENTS(answers);
    Conversation conversation = { .capabilities = offered ? "IMAP4rev1 AUTH=PLAIN ID" : NULL,
                                  .turns = { { .command = "ID ", .answer = offered ? answers[i] : OK } } };
    Session session;
    session_open(&session, &conversation);
    const char *heard = session_end(&session), *id = strstr(heard, " ID (\"name\" \"backstop\" \"version\" \"");
    assert_int_equal(id != NULL, offered);
    if (offered) assert_true(id > strstr(heard, "AUTHENTICATE"));
    session_free(&session);
  }
}

int main(void)
{
  struct CMUnitTest tests[G_N_ELEMENTS(scans) + 5] = {
    cmocka_unit_test(a_refusal_says_what_was_refused_and_whether_only_for_now),
    cmocka_unit_test(a_message_whose_flags_are_not_told_counts_as_flagged),
    cmocka_unit_test(without_copyuid_a_copy_counts_where_the_target_has_grown_by_all_of_it),
    cmocka_unit_test(a_copyuid_that_cannot_be_right_is_as_good_as_none),
    cmocka_unit_test(who_we_are_is_said_after_the_sign_in_where_the_server_offers_to_hear_it),

  };
  for (guint i = 0; i < G_N_ELEMENTS(scans); i++)
    tests[5 + i] = (struct CMUnitTest){ scans[i].name, test_scan, NULL, NULL, GUINT_TO_POINTER(i) };
  return _cmocka_run_group_tests("imap_odd", tests, G_N_ELEMENTS(tests), NULL, NULL);
}
