/* test_folder.c - folders, against servers that behave, refuse or lie
 * Owns:     one table per slot of the store that is about folders.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/imap/folder.c */
#include "tests/rigs/imap_session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */
#define SELECTED(code) "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 10] x\r\n$ OK " code "x\r\n"

static const struct {
  const char *name, *answer;
  int code;
  const char *words;
  FolderStatus status;
  guint can;
} selects[] = {
  { "select, read and write", SELECTED("[READ-WRITE] "), -1, "", { 7, 10, 3, FALSE }, STORE_CAN_MOVE },
  { "select, without a code", SELECTED(""), -1, "", { 7, 10, 3, FALSE }, STORE_CAN_MOVE },
  { "select, read only", SELECTED("[READ-ONLY] "), -1, "", { 7, 10, 3, TRUE }, 0 },
  { "select, no words after the code", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 10]\r\n$ OK [READ-WRITE]\r\n", -1, "", { 7, 10, 3, FALSE }, STORE_CAN_MOVE },
  { "select, no UIDNEXT, the last message is UID 20", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n$ OK [READ-WRITE] x\r\n", -1, "", { 7, 21, 3, FALSE }, STORE_CAN_MOVE },
  { "select, no UIDVALIDITY", "* 3 EXISTS\r\n* OK [UIDNEXT 10] x\r\n$ OK [READ-WRITE] x\r\n", STORE_ERROR_MAILBOX, "UIDVALIDITY", { 0 }, 0 },
  { "select, no such folder", "$ NO [NONEXISTENT] no such folder\r\n", STORE_ERROR_MAILBOX, "refused to open the folder INBOX (SELECT): no such folder", { 0 }, 0 },
  { "select, not understood", "$ BAD what\r\n", STORE_ERROR_MAILBOX, "refused to open the folder INBOX", { 0 }, 0 },
};
/* clang-format on */

static void test_select(void **state)
{
  guint i = GPOINTER_TO_UINT(*state);
  Conversation conversation = { .turns = {
                                    { .command = "SELECT", .answer = selects[i].answer },
                                    { .command = "UID SEARCH UID 1:*", .answer = "* SEARCH 20 4\r\n$ OK done\r\n" } } };
  Session session;
  FolderStatus status = { 0 };
  session_open(&session, &conversation);
  gboolean done = session.store->class->select(session.store, "INBOX", &status, &session.error);
  assert_outcome(&session, done, selects[i].code, selects[i].words);
  assert_memory_equal(&status, &selects[i].status, sizeof status);
  assert_int_equal(session.store->can & ~(guint)(STORE_MOVES_AT_ONCE | STORE_LISTS_ALL), selects[i].can);
  g_clear_error(&session.error);
  /* Without a folder no slot works, and with one that is read-only none that changes it. */
  guint32 uid = 1;
  g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(UidPair));
  if (selects[i].can == 0)
    assert_false(session.store->class->move(session.store, &uid, 1, "Away", pairs, &session.error));
  g_clear_error(&session.error);
  if (!done) assert_null(store_read(session.store, 1, 10, &session.error));
  session_free(&session);
}

static void folders_are_listed_with_their_uses_whatever_their_names(void **state)
{
  static const char answer[] = "* LIST (\\HasNoChildren) \"/\" INBOX\r\n"
                               "* LIST (\\Sent) \"/\" \"Gesendet &- mehr\"\r\n"
                               "* LIST (\\Noselect \\HasChildren) \"/\" {6}\r\na\"b\\&-\r\n"
                               "* LIST (\\NonExistent \\Trash) NIL \"Gel&APY-scht\"\r\n"
                               "* LIST () \"/\" {4}\r\na\r\nb\r\n"
                               "* LIST () \"/\" \"Entw\xc3\xbcrfe\"\r\n"
                               "$ OK done\r\n";
  static const Conversation conversation = { .turns = { { .command = "LIST", .answer = answer } } };
  static const Folder expected[] = { { (char *)"INBOX", 0 },
                                     { (char *)"Gesendet & mehr", FOLDER_SENT },
                                     { (char *)"a\"b\\&", FOLDER_NOSELECT },
                                     { (char *)"Gelöscht", FOLDER_TRASH | FOLDER_NOSELECT },
                                     { (char *)"Entwürfe", 0 } };
  Session session;
  session_open(&session, &conversation);
  g_autoptr(GPtrArray) folders = session.store->class->folders(session.store, &session.error);
  assert_outcome(&session, folders != NULL, -1, "");
  assert_int_equal(folders->len, G_N_ELEMENTS(expected));
  for (guint i = 0; i < folders->len; i++) {
    const Folder *folder = folders->pdata[i];
    assert_string_equal(folder->name, expected[i].name);
    assert_int_equal(folder->use, expected[i].use);
  }
  /* Each can be opened by the name it has on the wire, also one that breaks the rules. */
  FolderStatus status;
  assert_true(session.store->class->select(session.store, "Entwürfe", &status, &session.error));
  assert_true(session.store->class->select(session.store, "a\"b\\&", &status, &session.error));
  assert_false(session.store->class->select(session.store, "x\r\n1 DELETE INBOX", &status, &session.error));
  const char *heard = session_end(&session);
  assert_non_null(strstr(heard, "SELECT \"Entw\xc3\xbcrfe\""));
  assert_non_null(strstr(heard, "SELECT \"a\\\"b\\\\&-\""));
  assert_null(strstr(heard, "DELETE"));
  session_free(&session);
}

/* Whose folders are, by the longest prefix; where the server does not tell, all are the owner's. */
static void other_peoples_folders_are_told_apart(void **state)
{
  static const struct {
    const char *namespace, *others; /* of a/Sent, user/joe/Sent, INBOX/Sent */
  } rows[] = {
    { "* NAMESPACE ((\"\" \"/\")) ((\"user/\" \"/\")) NIL\r\n$ OK done\r\n", "-x-" },
    { "* NAMESPACE ((\"INBOX/\" \"/\")) ((\"user/\" \"/\")) ((\"\" \"/\"))\r\n$ OK done\r\n", "xx-" },
    { "* NAMESPACE ((\"\" \"/\")) NIL ((\"a/\" \"/\")(\"\" \"/\"))\r\n$ OK done\r\n", "x--" },
    { "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n$ OK done\r\n", "---" },
    { "$ NO not now\r\n", "---" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Conversation conversation = { .capabilities = "IMAP4rev1 AUTH=PLAIN NAMESPACE",
                                  .turns = { { .command = "LIST",
                                               .answer = "* LIST (\\Junk) \"/\" a/Sent\r\n"
                                                         "* LIST (\\Drafts) \"/\" user/joe/Sent\r\n"
                                                         "* LIST () \"/\" INBOX/Sent\r\n$ OK done\r\n" },
                                             { .command = "NAMESPACE", .answer = rows[i].namespace } } };
    Session session;
    session_open(&session, &conversation);
    g_autoptr(GPtrArray) folders = session.store->class->folders(session.store, &session.error);
    assert_outcome(&session, folders != NULL, -1, "");
    for (guint k = 0; k < 3; k++) {
      const Folder *folder = folders->pdata[k];
      const guint marks[] = { FOLDER_JUNK, FOLDER_DRAFTS, 0 };
      guint others = rows[i].others[k] == 'x' ? FOLDER_OTHERS : 0;
      if (folder->use != (marks[k] | others)) fail_msg("row %u: %s %x", i, folder->name, folder->use);
      assert_int_equal(folder->separator, '/');
    }
    session_free(&session);
  }
}

/* The owner's own folders lie below folders of his, so the server is not asked whose they are. */
static void namespaces_are_asked_for_only_where_others_may_have_folders(void **state)
{
  static const Conversation conversation = { .capabilities = "IMAP4rev1 AUTH=PLAIN NAMESPACE",
                                             .turns = { { .command = "LIST",
                                                          .answer = "* LIST () \"/\" INBOX\r\n"
                                                                    "* LIST () \"/\" INBOX/a\r\n"
                                                                    "* LIST () \"/\" Sent\r\n"
                                                                    "* LIST () \"/\" Sent/2026\r\n$ OK done\r\n" } } };
  Session session;
  session_open(&session, &conversation);
  g_autoptr(GPtrArray) folders = session.store->class->folders(session.store, &session.error);
  assert_outcome(&session, folders != NULL, -1, "");
  assert_null(strstr(session_end(&session), "NAMESPACE\r\n"));
  session_free(&session);
}

static void no_more_than_ten_thousand_folders_are_listed(void **state)
{
  g_autoptr(GString) list = g_string_new(NULL);
  for (guint i = 0; i < 12000; i++) g_string_append_printf(list, "* LIST () \"/\" f%u\r\n", i);
  g_string_append(list, "$ OK done\r\n");
  Conversation conversation = { .capabilities = "IMAP4rev1 SPECIAL-USE LIST-EXTENDED AUTH=PLAIN",
                                .turns = {
                                    { .command = "LIST \"\" \"*\" RETURN (SPECIAL-USE)", .answer = list->str } } };
  Session session;
  session_open(&session, &conversation);
  g_autoptr(GPtrArray) folders = session.store->class->folders(session.store, &session.error);
  assert_outcome(&session, folders != NULL, -1, "");
  assert_int_equal(folders->len, 10000);
  session_free(&session);
}

static void a_server_that_refuses_the_long_list_is_asked_for_the_short_one(void **state)
{
  static const Conversation conversation = { .capabilities = "IMAP4rev1 SPECIAL-USE LIST-EXTENDED AUTH=PLAIN",
                                             .turns = { { .command = "LIST \"\" \"*\" RETURN",
                                                          .answer = "$ BAD no such option\r\n" } } };
  Session session;
  session_open(&session, &conversation);
  g_autoptr(GPtrArray) folders = session.store->class->folders(session.store, &session.error);
  assert_outcome(&session, folders != NULL, -1, "");
  assert_int_equal(folders->len, 1);
  session_free(&session);
}

static void a_name_is_resolved_by_what_is_listed_and_by_the_namespace(void **state)
{
  static const struct {
    const char *capabilities, *listed, *namespace, *name, *resolved;
  } rows[] = {
    { NULL, "* LIST () \"/\" Away\r\n", "", "Away", "Away" },
    { NULL, "* LIST () \"/\" Other\r\n", "", "A*y", "A*y" },
    { NULL, "", "", "inbox", "INBOX" },
    { "IMAP4rev1 AUTH=PLAIN NAMESPACE", "", "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n", "Away/b", "INBOX.Away.b" },
    { "IMAP4rev1 AUTH=PLAIN NAMESPACE", "", "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n", "INBOX/Away",
      "INBOX.Away" },
    { "IMAP4rev1 AUTH=PLAIN NAMESPACE", "", "* NAMESPACE ((\"\" \"/\")(\"#x/\" \"/\")) ((\"~\" \"/\")) NIL\r\n",
      "Away/b", "Away/b" },
    { "IMAP4rev1 AUTH=PLAIN NAMESPACE", "", "* NAMESPACE NIL NIL NIL\r\n", "Away/b", "Away/b" },
    { "IMAP4rev1 AUTH=PLAIN NAMESPACE", "", "", "Away/b", "Away/b" },
    { "IMAP4rev1 AUTH=PLAIN NAMESPACE", "* LIST () \".\" \"\"\r\n", "$ NO not here\r\n", "Away/b", "Away.b" },
    { "IMAP4rev1 AUTH=PLAIN NAMESPACE", "* LIST () \".\" \"\"\r\n", "* NAMESPACE ((\r\n", "Away/b", "Away.b" },
    { NULL, "* LIST (\\Noselect) \".\" \"\"\r\n", "", "Away/b", "Away.b" },
    { NULL, "* LIST (\\Noselect) NIL \"\"\r\n", "", "Away/b", "Away/b" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *listed = g_strconcat(rows[i].listed, "$ OK done\r\n", NULL);
    g_autofree char *namespace = g_strconcat(rows[i].namespace, *rows[i].namespace == '$' ? "" : "$ OK done\r\n", NULL);
    Conversation conversation = { .capabilities = rows[i].capabilities,
                                  .turns = { { .command = "LIST", .answer = listed },
                                             { .command = "NAMESPACE", .answer = namespace } } };
    Session session;
    session_open(&session, &conversation);
    g_autofree char *resolved = session.store->class->resolve(session.store, rows[i].name, &session.error);
    assert_outcome(&session, resolved != NULL, -1, "");
    assert_string_equal(resolved, rows[i].resolved);
    session_free(&session);
  }
}

static void a_folder_is_created_and_subscribed_only_where_it_is_missing(void **state)
{
  static const struct {
    const char *listed, *again, *created, *subscribed; /* again: listed after CREATE */
    int code;
    const char *heard, *not_heard;
  } rows[] = {
    { "* LIST () \"/\" &ANw-b\r\n", "", "$ OK done\r\n", "$ OK done\r\n", -1, "", "CREATE" },
    { "* LIST (\\Noselect) \"/\" &ANw-b\r\n", "", "$ OK done\r\n", "$ OK done\r\n", -1, "CREATE \"&ANw-b\"\r\n",
      "DELETE" },
    { "", "", "$ OK done\r\n", "$ OK done\r\n", -1, "SUBSCRIBE \"&ANw-b\"\r\n", "DELETE" },
    { "", "", "$ OK done\r\n", "$ NO no\r\n", -1, "SUBSCRIBE", "DELETE" },
    { "", "* LIST () \"/\" &ANw-b\r\n", "$ NO [ALREADYEXISTS] it is there\r\n", "$ OK done\r\n", -1, "SUBSCRIBE",
      "DELETE" },
    { "", "", "$ NO [ALREADYEXISTS] not you\r\n", "$ OK done\r\n", STORE_ERROR_MAILBOX, "CREATE", "SUBSCRIBE" },
    { "", "", "$ NO [NOPERM] not you\r\n", "$ OK done\r\n", STORE_ERROR_MAILBOX, "CREATE", "SUBSCRIBE" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *listed = g_strconcat(rows[i].listed, "$ OK done\r\n", NULL);
    g_autofree char *again = g_strconcat(rows[i].again, "$ OK done\r\n", NULL);
    Conversation conversation = { .turns = { { .command = "LIST", .answer = listed, .once = TRUE },
                                             { .command = "LIST", .answer = again },
                                             { .command = "CREATE", .answer = rows[i].created },
                                             { .command = "SUBSCRIBE", .answer = rows[i].subscribed } } };
    Session session;
    session_open(&session, &conversation);
    gboolean done = session.store->class->create(session.store, "Üb", &session.error);
    assert_outcome(&session, done, rows[i].code, "refused to make the folder Üb (CREATE): not you");
    const char *heard = session_end(&session);
    assert_non_null(strstr(heard, rows[i].heard));
    assert_null(strstr(heard, rows[i].not_heard));
    session_free(&session);
  }
}

static void a_peek_tells_what_the_server_tells(void **state)
{
  static const struct {
    const char *answer;
    int code;
    FolderStatus status;
  } rows[] = {
    { "* STATUS \"&ANw-b\" (UIDNEXT 10 UIDVALIDITY 7 MESSAGES 3)\r\n$ OK done\r\n", -1, { 7, 10, 3, FALSE } },
    { "* STATUS &ANw-b (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7 X-MORE 1)\r\n$ OK done\r\n", -1, { 7, 1, 0, FALSE } },
    { "* STATUS &ANw-b ()\r\n$ OK done\r\n", -1, { 0, 0, 0, FALSE } },
    { "* STATUS &ANw-b (MESSAGES 3 UIDVALIDITY 7)\r\n$ OK done\r\n", -1, { 0, 0, 3, FALSE } },
    { "* STATUS &ANw-b (UIDNEXT 10 UIDVALIDITY 7)\r\n$ OK done\r\n", -1, { 0, 10, 0, FALSE } },
    { "* STATUS Other (UIDNEXT 10 UIDVALIDITY 7 MESSAGES 3)\r\n$ OK done\r\n", -1, { 0, 0, 0, FALSE } },
    { "$ OK done\r\n", -1, { 0, 0, 0, FALSE } },
    { "$ NO [NONEXISTENT] no such folder\r\n", STORE_ERROR_MAILBOX, { 0 } },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Conversation conversation = { .turns = { { .command = "STATUS", .answer = rows[i].answer } } };
    Session session;
    FolderStatus status = { 0 };
    session_open(&session, &conversation);
    gboolean done = session.store->class->peek(session.store, "Üb", &status, &session.error);
    assert_outcome(&session, done, rows[i].code, "");
    assert_memory_equal(&status, &rows[i].status, sizeof status);
    const char *heard = session_end(&session);
    assert_non_null(strstr(heard, "STATUS \"&ANw-b\" (MESSAGES UIDNEXT UIDVALIDITY)\r\n"));
    assert_null(strstr(heard, "SELECT"));
    session_free(&session);
  }
}

/* A server that does not tell UIDNEXT when the folder is opened: what is asked for then, and in which order. */
static void where_uidnext_is_not_told_it_is_asked_for(void **state)
{
#define NO_NEXT(exists) "* " exists " EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n$ OK x\r\n"
  static const struct {
    const char *selected, *status, *fetched, *searched;
    int code;
    guint32 next;
  } rows[] = {
    { NO_NEXT("3"), "* STATUS INBOX (UIDNEXT 30)\r\n$ OK x\r\n", "", "", -1, 30 },
    { NO_NEXT("0"), "* STATUS INBOX (UIDNEXT 30)\r\n$ OK x\r\n", "", "", -1, 30 },
    { NO_NEXT("0"), "* STATUS INBOX ()\r\n$ OK x\r\n", "", "", -1, 1 },
    { NO_NEXT("3"), "* STATUS INBOX ()\r\n$ OK x\r\n", "* 3 FETCH (UID 20)\r\n$ OK x\r\n", "", -1, 21 },
    { NO_NEXT("3"), "$ NO not open folders\r\n", "* 3 FETCH (UID 20)\r\n$ OK x\r\n", "", -1, 21 },
    { NO_NEXT("3"), "$ BAD\r\n", "$ BAD\r\n", "* SEARCH 20 4\r\n* SEARCH 7\r\n$ OK x\r\n", -1, 21 },
    { NO_NEXT("3"), "$ OK x\r\n", "$ OK x\r\n", "* SEARCH 4294967295\r\n$ OK x\r\n", -1, 4294967295 },
    { NO_NEXT("3"), "$ OK x\r\n", "$ OK x\r\n", "* SEARCH\r\n$ OK x\r\n", STORE_ERROR_MAILBOX, 0 },
    { NO_NEXT("3"), "$ OK x\r\n", "$ OK x\r\n", "$ NO\r\n", STORE_ERROR_MAILBOX, 0 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Conversation conversation = { .turns = { { .command = "SELECT", .answer = rows[i].selected },
                                             { .command = "STATUS", .answer = rows[i].status },
                                             { .command = "UID FETCH * (UID)", .answer = rows[i].fetched },
                                             { .command = "UID SEARCH UID 1:*", .answer = rows[i].searched } } };
    Session session;
    FolderStatus status = { 0 };
    session_open(&session, &conversation);
    gboolean done = session.store->class->select(session.store, "INBOX", &status, &session.error);
    assert_outcome(&session, done, rows[i].code,
                   strstr(rows[i].searched, "NO") != NULL ? "refused to search" : "3 messages but tells no UID");
    assert_int_equal(status.next, rows[i].next);
    session_free(&session);
  }
}

/* Whatever SELECT told. */
static void the_last_uid_is_asked_for(void **state)
{
  static const struct {
    const char *answer;
    guint32 uid;
  } rows[] = {
    { "* 3 FETCH (UID 20)\r\n$ OK x\r\n", 20 },
    { "* 3 FETCH (UID 20)\r\n* 4 FETCH (UID 19)\r\n$ OK x\r\n", 20 },
    { "$ OK x\r\n", 0 },
    { "$ NO x\r\n", 0 },
    { "$ BAD x\r\n", 0 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Conversation conversation = {
      .turns = { { .command = "SELECT",
                   .answer = "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 9] x\r\n$ OK x\r\n" },
                 { .command = "UID FETCH * (UID)", .answer = rows[i].answer } }
    };
    Session session;
    FolderStatus status = { 0 };
    guint32 uid = 7;
    session_open(&session, &conversation);
    assert_true(session.store->class->select(session.store, "INBOX", &status, &session.error));
    assert_int_equal(status.next, 9);
    assert_outcome(&session, session.store->class->last(session.store, &uid, &session.error), -1, NULL);
    assert_int_equal(uid, rows[i].uid);
    session_free(&session);
  }
}

int main(void)
{
  struct CMUnitTest tests[G_N_ELEMENTS(selects) + 10] = {
    cmocka_unit_test(the_last_uid_is_asked_for),
    cmocka_unit_test(where_uidnext_is_not_told_it_is_asked_for),
    cmocka_unit_test(folders_are_listed_with_their_uses_whatever_their_names),
    cmocka_unit_test(other_peoples_folders_are_told_apart),
    cmocka_unit_test(namespaces_are_asked_for_only_where_others_may_have_folders),
    cmocka_unit_test(no_more_than_ten_thousand_folders_are_listed),
    cmocka_unit_test(a_server_that_refuses_the_long_list_is_asked_for_the_short_one),
    cmocka_unit_test(a_name_is_resolved_by_what_is_listed_and_by_the_namespace),
    cmocka_unit_test(a_folder_is_created_and_subscribed_only_where_it_is_missing),
    cmocka_unit_test(a_peek_tells_what_the_server_tells),
  };
  for (guint i = 0; i < G_N_ELEMENTS(selects); i++)
    tests[10 + i] = (struct CMUnitTest){ selects[i].name, test_select, NULL, NULL, GUINT_TO_POINTER(i) };
  return _cmocka_run_group_tests("imap_folder", tests, G_N_ELEMENTS(tests), NULL, NULL);
}
