/* test_mark.c - marking messages, and who was first
 * Owns:     the table of claims.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/imap/mark.c */
#include "tests/rigs/imap_session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void a_keyword_is_set_where_the_folder_keeps_keywords(void **state)
{
  static const struct {
    const char *permanent;
    gboolean kept;
  } rows[] = {
    { "* OK [PERMANENTFLAGS (\\Deleted \\*)] x\r\n", TRUE },
    { "* OK [PERMANENTFLAGS ($Backscatter $notbackscatter)] x\r\n", TRUE },
    { "* OK [PERMANENTFLAGS ($Backscatter)] x\r\n", FALSE },
    { "* OK [PERMANENTFLAGS ()] x\r\n", FALSE },
    { "", FALSE },
  };
  static const guint32 uids[] = { 4, 3, 9 };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *selected = g_strconcat("* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 10] x\r\n",
                                            rows[i].permanent, "$ OK [READ-WRITE] x\r\n", NULL);
    Conversation conversation = { .turns = { { .command = "SELECT", .answer = selected } } };
    Session session;
    session_open(&session, &conversation);
    session_select(&session);
    assert_int_equal((session.store->can & STORE_CAN_MARK) != 0, rows[i].kept);
    assert_true(session.store->class->mark(session.store, uids, 3, MARK_NOT_BACKSCATTER, &session.error));
    const char *heard = session_end(&session);
    assert_int_equal(strstr(heard, "UID STORE 3:4,9 +FLAGS.SILENT ($NotBackscatter)\r\n") != NULL, rows[i].kept);
    assert_int_equal(strstr(heard, "UID STORE 3:4,9 -FLAGS.SILENT ($Backscatter)\r\n") != NULL, rows[i].kept);
    session_free(&session);
  }
}

#define CONDSTORE "IMAP4rev1 AUTH=PLAIN UIDPLUS MOVE CONDSTORE"
#define ROW(n, uid, flags, modseq) "* " n " FETCH (UID " uid " FLAGS (" flags ") MODSEQ (" modseq "))\r\n"
#define ALL ROW("1", "3", "", "7") ROW("2", "4", "\\Seen", "12") ROW("3", "9", "x", "5") "$ OK done\r\n"
#define DONE "$ OK done\r\n"
#define SET3 "UID STORE 3:4,9 (UNCHANGEDSINCE 12) +FLAGS.SILENT ($Backscatter)\r\n"
#define PLAIN "UID STORE 3:4,9 +FLAGS.SILENT ($Backscatter)\r\n"

/* clang-format off */
/* UIDs 4, 3 and 9 */
static const struct {
  const char *name, *capabilities;
  const char *first, *second;   /* the looks */
  const char *stored, *again;   /* answers to the conditional STOREs */
  const char *claimed;
  int code;
  const char *words, *heard, *not_heard;
} claims[] = {
  { "claim, none is taken", CONDSTORE, ALL, NULL, DONE, NULL, "3 4 9", -1, "", SET3, "-FLAGS" },
  { "claim, answered in full", CONDSTORE, ALL, NULL, "* 1 FETCH (UID 3 MODSEQ (13))\r\n* 2 FETCH (MODSEQ (13) FLAGS (x))\r\n* OK [HIGHESTMODSEQ 14] x\r\n" DONE, NULL, "3 4 9", -1, "", SET3, "-FLAGS" },
  { "claim, no CONDSTORE", NULL, ALL, NULL, DONE, NULL, "4 3 9", -1, "", PLAIN, "UNCHANGEDSINCE" },
  { "claim, one is taken", CONDSTORE, ROW("1", "3", "$backscatter", "99") ROW("2", "4", "", "12") ROW("3", "9", "", "5") DONE, NULL, DONE, NULL,
    "4 9", -1, "", "UID STORE 4,9 (UNCHANGEDSINCE 99) +FLAGS", "STORE 3" },
  { "claim, all are taken", CONDSTORE, ROW("1", "3", "$Backscatter", "9") ROW("2", "4", "$Backscatter", "12") DONE, NULL, DONE, NULL, "", -1, "", "MODSEQ", "STORE" },
  { "claim, all are gone", CONDSTORE, DONE, NULL, DONE, NULL, "", -1, "", "MODSEQ", "STORE" },
  { "claim, others are told of", CONDSTORE, ROW("7", "7", "$Backscatter", "99") ALL, NULL, DONE, NULL, "3 4 9", -1, "", SET3, "STORE 7" },
  { "claim, told twice", CONDSTORE, ROW("1", "3", "$Backscatter", "13") ALL, NULL, DONE, NULL, "4 9", -1, "", "UID STORE 4,9 (UNCHANGEDSINCE 13)", "STORE 3" },
  { "claim, told twice, the other way round", CONDSTORE, ROW("1", "3", "", "7") ROW("2", "4", "", "12") ROW("1", "3", "$Backscatter", "13") DONE, NULL, DONE, NULL,
    "4", -1, "", "UID STORE 4 (UNCHANGEDSINCE 13)", "STORE 3" },
  { "claim, one was taken meanwhile", CONDSTORE, ALL, ROW("1", "3", "$Backscatter", "13") DONE, "$ OK [MODIFIED 3] failed\r\n", DONE, "4 9", -1, "",
    "UID FETCH 3 (UID FLAGS MODSEQ)\r\n", "(UNCHANGEDSINCE 13)" },
  { "claim, one was read meanwhile", CONDSTORE, ALL, ROW("1", "3", "\\Seen", "13") DONE, "$ OK [MODIFIED 3] failed\r\n", DONE, "4 9 3", -1, "",
    "UID STORE 3 (UNCHANGEDSINCE 13) +FLAGS.SILENT ($Backscatter)\r\n", "-FLAGS" },
  { "claim, one is touched all the time", CONDSTORE, ALL, ROW("1", "3", "\\Seen", "13") DONE, "$ OK [MODIFIED 3] failed\r\n", "$ OK [MODIFIED 3] failed\r\n",
    "4 9", -1, "", "(UNCHANGEDSINCE 13)", "-FLAGS" },
  { "claim, one vanished meanwhile", CONDSTORE, ALL, DONE, "$ OK [MODIFIED 3,9] failed\r\n", DONE, "4", -1, "", "UID FETCH 3,9 (UID", "-FLAGS" },
  { "claim, refused and named", CONDSTORE, ALL, DONE, "$ NO [MODIFIED 9] some are gone\r\n", DONE, "3 4", -1, "", "UID FETCH 9 (UID", "-FLAGS" },
  { "claim, everything was modified", CONDSTORE, ALL, DONE, "$ OK [MODIFIED 1:4294967295] failed\r\n", DONE, "", -1, "", "UID FETCH 3:4,9 (UID", "-FLAGS" },
  { "claim, strangers were modified", CONDSTORE, ALL, NULL, "$ OK [MODIFIED 1:2,10:4294967295] failed\r\n", DONE, "3 4 9", -1, "", SET3, "-FLAGS" },
  { "claim, second look refused", CONDSTORE, ALL, "$ NO not now\r\n", "$ OK [MODIFIED 3] failed\r\n", DONE, "4 9", -1, "", SET3, "UID STORE 3 " },
  { "claim, restored once", CONDSTORE, ROW("1", "3", "$NotBackscatter", "7") ROW("2", "4", "", "12") ROW("3", "9", "$NotBackscatter $Backscatter", "5") DONE, NULL, DONE, NULL,
    "3 4", -1, "", "UID STORE 3 -FLAGS.SILENT ($NotBackscatter)\r\n", "9 -FLAGS" },
  { "claim, no MODSEQ here", CONDSTORE, "* 1 FETCH (UID 3 FLAGS ())\r\n" DONE, NULL, DONE, NULL, "3 4 9", -1, "", PLAIN, "UNCHANGEDSINCE" },
  { "claim, MODSEQ refused", CONDSTORE, "$ BAD no MODSEQ\r\n", NULL, DONE, NULL, "3 4 9", -1, "", PLAIN, "UNCHANGEDSINCE" },
  { "claim, refused", CONDSTORE, ALL, NULL, "$ NO [LIMIT] no\r\n", DONE, "", STORE_ERROR_LATER, "refused to mark messages (UID STORE in INBOX): no", SET3, "-FLAGS" },
  { "claim, garbage for MODSEQ", CONDSTORE, "* 1 FETCH (UID 3 FLAGS () MODSEQ (x))\r\n" DONE, NULL, DONE, NULL, "3 4 9", -1, "", PLAIN, "UNCHANGEDSINCE" },
  { "claim, flags that cannot be read", CONDSTORE, ROW("1", "3", "(\\Seen)", "7") ROW("2", "4", "", "12") "* 3 FETCH (UID 9 MODSEQ (5))\r\n" DONE, NULL, DONE, NULL, "4", -1, "", "UID STORE 4 (UNCHANGEDSINCE 12)", "STORE 3" },
};
/* clang-format on */

static void test_claim(void **state)
{
  static const guint32 uids[] = { 4, 3, 9 };
  guint i = GPOINTER_TO_UINT(*state);
  Conversation conversation = { .capabilities = claims[i].capabilities,
                                .turns = { { .command = "UID FETCH", .answer = claims[i].first, .once = TRUE },
                                           { .command = "UID FETCH", .answer = claims[i].second },
                                           { .command = "UID STORE", .answer = claims[i].stored, .once = TRUE },
                                           { .command = "UID STORE",
                                             .answer = claims[i].again != NULL ? claims[i].again : DONE } } };
  Session session;
  session_open(&session, &conversation);
  session_select(&session);
  g_autoptr(GArray) claimed = g_array_new(FALSE, FALSE, sizeof(guint32));
  gboolean done = session.store->class->claim(session.store, uids, 3, claimed, &session.error);
  assert_outcome(&session, done, claims[i].code, claims[i].words);
  assert_int_equal((session.store->can & STORE_CAN_CLAIM) != 0, strcmp(claims[i].heard, PLAIN) != 0);
  g_autoptr(GString) list = g_string_new(NULL);
  for (guint j = 0; j < claimed->len; j++)
    g_string_append_printf(list, "%s%u", j > 0 ? " " : "", g_array_index(claimed, guint32, j));
  assert_string_equal(list->str, claims[i].claimed);
  const char *heard = session_end(&session);
  if (strstr(heard, claims[i].heard) == NULL || strstr(heard, claims[i].not_heard) != NULL) print_error("%s", heard);
  assert_non_null(strstr(heard, claims[i].heard));
  assert_null(strstr(heard, claims[i].not_heard));
  session_free(&session);
}

/* No keywords: nobody can tell, so all are ours and nothing is sent. */
static void without_keywords_every_message_is_claimed_and_nothing_is_sent(void **state)
{
  static const Conversation conversation = {
    .capabilities = CONDSTORE,
    .turns = { { .command = "SELECT",
                 .answer = "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 10] x\r\n$ OK x\r\n" } }
  };
  static const guint32 uids[] = { 4, 3 };
  Session session;
  session_open(&session, &conversation);
  session_select(&session);
  g_autoptr(GArray) claimed = g_array_new(FALSE, FALSE, sizeof(guint32));
  assert_true(session.store->class->claim(session.store, uids, 2, claimed, &session.error));
  assert_int_equal(claimed->len, 2);
  const char *heard = session_end(&session);
  assert_null(strstr(heard, "STORE"));
  assert_null(strstr(heard, "FETCH"));
  session_free(&session);
}

static void many_messages_are_claimed_in_portions(void **state)
{
  GString *rows[3] = { g_string_new(NULL), g_string_new(NULL), g_string_new(NULL) };
  guint32 uids[1200];
  for (guint i = 0; i < G_N_ELEMENTS(uids); i++) {
    uids[i] = 2 * (i + 1);
    g_string_append_printf(rows[i / 500], "* %u FETCH (UID %u FLAGS () MODSEQ (%u))\r\n", i + 1, uids[i], i + 1);
  }
  for (guint i = 0; i < 3; i++) g_string_append(rows[i], "$ OK done\r\n");
  Conversation conversation = { .capabilities = CONDSTORE,
                                .turns = { { .command = "UID FETCH 2,", .answer = rows[0]->str },
                                           { .command = "UID FETCH 1002,", .answer = rows[1]->str },
                                           { .command = "UID FETCH 2002,", .answer = rows[2]->str },
                                           { .command = "UID STORE 2002,", .answer = "$ NO no\r\n" } } };
  Session session;
  session_open(&session, &conversation);
  session_select(&session);
  g_autoptr(GArray) claimed = g_array_new(FALSE, FALSE, sizeof(guint32));
  assert_false(session.store->class->claim(session.store, uids, G_N_ELEMENTS(uids), claimed, &session.error));
  assert_outcome(&session, FALSE, STORE_ERROR_MAILBOX, "refused to mark");
  assert_int_equal(claimed->len, 1000);
  const char *heard = session_end(&session);
  assert_non_null(strstr(heard, "(UNCHANGEDSINCE 500) "));
  assert_non_null(strstr(heard, "(UNCHANGEDSINCE 1000) "));
  g_auto(GStrv) lines = g_strsplit(heard, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) assert_true(strlen(lines[i]) < 8000);
  session_free(&session);
  for (guint i = 0; i < 3; i++) g_string_free(rows[i], TRUE);
}

int main(void)
{
  struct CMUnitTest tests[G_N_ELEMENTS(claims) + 3] = {
    cmocka_unit_test(a_keyword_is_set_where_the_folder_keeps_keywords),
    cmocka_unit_test(without_keywords_every_message_is_claimed_and_nothing_is_sent),
    cmocka_unit_test(many_messages_are_claimed_in_portions)
  };
  for (guint i = 0; i < G_N_ELEMENTS(claims); i++)
    tests[3 + i] = (struct CMUnitTest){ claims[i].name, test_claim, NULL, NULL, GUINT_TO_POINTER(i) };
  return _cmocka_run_group_tests("imap_mark", tests, G_N_ELEMENTS(tests), NULL, NULL);
}
