/* test_mail.c - messages, against servers that behave, refuse, lie or flood
 * Owns:     one table per slot of the store.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/imap/fetch.c, fetcher/imap/move.c */
#include "tests/rigs/imap_session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void nest(Peer *peer)
{
  g_autofree char *deep = g_strnfill(20000, '(');
  peer_say(peer, "* 1 FETCH (UID 1 BODYSTRUCTURE ");
  peer_say(peer, deep);
  peer_say(peer, "\r\n");
  peer_wait(peer);
}

/* clang-format off */
#define SAYS(command_, answer_) { .turns = { { .command = command_, .answer = answer_ } } }

/* scan: UIDs 1 to 5 */
static const struct {
  const char *name, *answer, *rows; /* "uid:size:stored:flags:fields|" each */
  int code;
  const char *words;
  void (*act)(Peer *peer);
} scans[] = {
  { "scan, two messages", "* 1 FETCH (UID 1 FLAGS (\\Seen $backscatter) INTERNALDATE \"01-Feb-2024 10:20:30 +0230\" RFC822.SIZE 99 BODY[HEADER.FIELDS (A B)] {8}\r\nA: b\r\n\r\n)\r\n"
            "* 3 FETCH (UID 5 BODY[HEADER.FIELDS (A B)] NIL FLAGS (\\Deleted $NotBackscatter) INTERNALDATE \" 1-Jan-1970 00:00:00 +0000\")\r\n"
            "$ OK done\r\n", "1:99:1706773830:b:A: b\r\n\r\n|5:0:0:dnu:|", -1, "" },
  { "scan, negative zone", "* 1 FETCH (UID 1 INTERNALDATE \"01-Feb-2024 10:20:30 -0800\" BODY[HEADER.FIELDS (A B)] \"x\")\r\n$ OK done\r\n", "1:0:1706811630::x|", -1, "" },
  { "scan, no such date", "* 1 FETCH (UID 1 INTERNALDATE \"31-Feb-2024 10:20:30 +0000\" BODY[HEADER.FIELDS (A B)] \"x\")\r\n$ OK done\r\n", "1:0:0::x|", -1, "" },
  { "scan, nothing", "$ OK done\r\n", "", -1, "" },
  { "scan, unasked flags", "* 2 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (UID 2 FLAGS (\\Seen))\r\n* 9 EXISTS\r\n* 1 EXPUNGE\r\n$ OK done\r\n", "2:0:0:u:|", -1, "" },
  { "scan, uid 0", "* 1 FETCH (UID 0 BODY[HEADER.FIELDS (A B)] \"x\")\r\n$ OK done\r\n", "", -1, "" },
  { "scan, out of range", "* 1 FETCH (UID 6 BODY[HEADER.FIELDS (A B)] \"x\")\r\n* 1 FETCH (UID 3 BODY[HEADER.FIELDS (A B)] \"y\")\r\n$ OK done\r\n", "3:0:0::y|", -1, "" },
  { "scan, uid of 40 bits", "* 1 FETCH (UID 1099511627782 BODY[HEADER.FIELDS (A B)] \"x\")\r\n$ OK done\r\n", "", -1, "" },
  { "scan, twice", "* 1 FETCH (UID 3 BODY[HEADER.FIELDS (A B)] \"x\")\r\n* 1 FETCH (UID 3 BODY[HEADER.FIELDS (A B)] \"y\")\r\n$ OK done\r\n", "3:0:0::x|", -1, "" },
  { "scan, then no", "* 1 FETCH (UID 3 BODY[HEADER.FIELDS (A B)] \"x\")\r\n$ NO [UNAVAILABLE] disk\r\n", NULL, STORE_ERROR_LATER, "refused to show what is in the folder (UID FETCH in INBOX): disk" },
  { "scan, bad", "$ BAD what\r\n", NULL, STORE_ERROR_MAILBOX, "refused" },
  { "scan, leaves in a literal", "* 1 FETCH (UID 3 BODY[HEADER.FIELDS (A B)] {500}\r\nA: b", NULL, STORE_ERROR_LINK, "closed", peer_leave },
  { "scan, literal of 2 GB", "* 1 FETCH (UID 3 BODY[HEADER.FIELDS (A B)] {2147483648}\r\n", NULL, STORE_ERROR_LINK, "announced", peer_wait },
  { "scan, silent in a literal", "* 1 FETCH (UID 3 BODY[HEADER.FIELDS (A B)] {500}\r\nA: b", NULL, STORE_ERROR_LINK, "did not answer", peer_wait },
  { "scan, deep", "", NULL, STORE_ERROR_LINK, "nested", nest },
  { "scan, bye", "* BYE maintenance\r\n", NULL, STORE_ERROR_LINK, "ended the session: maintenance.", peer_leave },
};

/* read: UID 7, at most 5 bytes */
static const struct {
  const char *name, *answer, *bytes;
  int code;
  const char *words;
  void (*act)(Peer *peer);
} reads[] = {
  { "read, all that was asked for", "* 1 FETCH (UID 7 BODY[]<0> {5}\r\nabcde)\r\n$ OK done\r\n", "abcde", -1, "" },
  { "read, shorter", "* 1 FETCH (BODY[]<0> {2}\r\nab UID 7 FLAGS (\\Seen))\r\n$ OK done\r\n", "ab", -1, "" },
  { "read, empty", "* 1 FETCH (UID 7 BODY[]<0> \"\")\r\n$ OK done\r\n", "", -1, "" },
  { "read, more than asked", "* 1 FETCH (UID 7 BODY[] {8}\r\nabcdefgh)\r\n$ OK done\r\n", "abcde", -1, "" },
  { "read, gone", "$ OK done\r\n", NULL, STORE_ERROR_MESSAGE, "no longer" },
  { "read, another", "* 1 FETCH (UID 8 BODY[]<0> {5}\r\nabcde)\r\n$ OK done\r\n", NULL, STORE_ERROR_MESSAGE, "no longer" },
  { "read, no", "$ NO [EXPUNGEISSUED] gone\r\n", NULL, STORE_ERROR_MESSAGE, "refused to show a message (UID FETCH in INBOX): gone" },
  { "read, half, then no", "* 1 FETCH (UID 7 BODY[]<0> {2}\r\nab)\r\n$ NO disk\r\n", NULL, STORE_ERROR_MESSAGE, "disk" },
  { "read, leaves", "* 1 FETCH (UID 7 BODY[]<0> {5}\r\nab", NULL, STORE_ERROR_LINK, "closed", peer_leave },
};

/* find */
static const struct {
  const char *name, *id;
  guint64 size;
  gint64 since;
  const char *criteria; /* what the server must be asked */
  const char *answer, *uids;
  int code;
} finds[] = {
  { "find by id", "a\"b\\c@x", 0, 0, "UID SEARCH HEADER Message-ID \"a\\\"b\\\\c@x\"", "* SEARCH 9 3\r\n* SEARCH 3\r\n$ OK done\r\n", "3,9", -1 },
  { "find, none", "a@x", 0, 0, "UID SEARCH HEADER Message-ID \"a@x\"", "* SEARCH\r\n$ OK done\r\n", "", -1 },
  { "find, says nothing", "a@x", 0, 0, "UID SEARCH", "$ OK done\r\n", "", -1 },
  { "find, no", "a@x", 0, 0, "UID SEARCH", "$ NO busy\r\n", NULL, STORE_ERROR_MAILBOX },
  { "find by size", "", 500, 1706745600, "UID SEARCH ALL LARGER 499 SMALLER 501 SINCE 30-Jan-2024", "* SEARCH 4\r\n$ OK done\r\n", "4", -1 },
  { "find by size, empty", "", 0, 0, "UID SEARCH ALL SMALLER 1\r\n", "* SEARCH 4\r\n$ OK done\r\n", "4", -1 },
  { "find, line break in the id", "a\r\n9 DELETE x@x", 500, 1706745600, "LARGER 499", "* SEARCH\r\n$ OK done\r\n", "", -1 },
  { "find, id in UTF-8", "ü@x", 500, 1706745600, "LARGER 499", "* SEARCH\r\n$ OK done\r\n", "", -1 },
  { "find, huge", "", (guint64)1 << 40, 0, "SELECT", "", "", -1 },
};

#define COPY_ONLY "IMAP4rev1 AUTH=PLAIN UIDPLUS"
#define MOVE_ONLY "IMAP4rev1 AUTH=PLAIN MOVE"

/* move: UIDs 5, 3 and 4 to "Away"; present: answers to the searches for them, before and after */
static const struct {
  const char *name, *capabilities, *before, *after;
  Turn turns[3];
  const char *pairs; /* also of a move that failed */
  int code;
  const char *words, *heard, *not_heard;
} moves[] = {
  { "move, all three", NULL, "3 4 5", NULL, { { .command = "UID MOVE", .answer = "* OK [COPYUID 9 3:5 11:13] moved\r\n* 1 EXPUNGE\r\n$ OK done\r\n" } },
    "3>11 4>12 5>13", -1, "", "UID MOVE 3:5 \"Away\"", "STORE" },
  { "move, tagged COPYUID", NULL, "3 4 5", NULL, { { .command = "UID MOVE", .answer = "* 1 EXPUNGE\r\n$ OK [COPYUID 9 5,3:4 13,11,12] done\r\n" } },
    "5>13 3>11 4>12", -1, "", "", "STORE" },
  { "move, one vanished before", NULL, "3 5", NULL, { { .command = "UID MOVE", .answer = "$ OK [COPYUID 9 3,5 11:12] done\r\n" } },
    "3>11 5>12", -1, "", "UID MOVE 3,5 \"Away\"", "STORE" },
  { "move, all vanished before", NULL, "", NULL, { { 0 } }, "", -1, "", "", "MOVE" },
  { "move, one vanished meanwhile", NULL, "3 4 5", "", { { .command = "UID MOVE", .answer = "$ OK [COPYUID 9 3,5 11:12] done\r\n" } },
    "3>11 5>12 4>0", -1, "", "", "STORE" },
  { "move, no COPYUID", MOVE_ONLY, "3 4 5", "", { { .command = "UID MOVE", .answer = "$ OK done\r\n" } }, "3>0 4>0 5>0", -1, "", "", "STORE" },
  { "move, nothing happened", NULL, "3 4 5", "3 4 5", { { .command = "UID MOVE", .answer = "$ OK done\r\n" } },
    "", STORE_ERROR_MAILBOX, "3 of them are still there", "", "STORE" },
  { "move, half happened", NULL, "3 4 5", "5", { { .command = "UID MOVE", .answer = "$ OK [COPYUID 9 3 11] done\r\n" } },
    "3>11 4>0", STORE_ERROR_MAILBOX, "1 of them are still there", "", "STORE" },
  { "move, lies about others", NULL, "3 4 5", "3 4 5", { { .command = "UID MOVE", .answer = "$ OK [COPYUID 9 1:4294967295 1:4294967295] done\r\n" } },
    "", STORE_ERROR_MAILBOX, "still there", "", "STORE" },
  { "move, sets do not fit", NULL, "3 4 5", "3 4 5", { { .command = "UID MOVE", .answer = "$ OK [COPYUID 9 3:5 11:12] done\r\n" } },
    "", STORE_ERROR_MAILBOX, "still there", "", "STORE" },
  { "move, strangers in the set", NULL, "3 4 5", "3 4 5", { { .command = "UID MOVE", .answer = "$ OK [COPYUID 9 7:9 11:13] done\r\n" } },
    "", STORE_ERROR_MAILBOX, "still there", "", "STORE" },
  { "move, not there, but lower ones are named", NULL, "1 2 3 6 7", "1 2 6 7", { { .command = "UID MOVE", .answer = "$ OK [COPYUID 9 3 11] done\r\n" } },
    "3>11", -1, "", "UID MOVE 3 \"Away\"", "STORE" },
  { "move, stayed, but lower ones are named", NULL, "1 2 3 4 5", "1 2 3 4 5", { { .command = "UID MOVE", .answer = "$ OK done\r\n" } },
    "", STORE_ERROR_MAILBOX, "3 of them are still there", "", "STORE" },
  { "move, refused", NULL, "3 4 5", NULL, { { .command = "UID MOVE", .answer = "$ NO [TRYCREATE] no such folder\r\n" } },
    "", STORE_ERROR_MAILBOX, "refused to move messages (UID MOVE in INBOX): no such folder", "", "STORE" },
  { "move, leaves", NULL, "3 4 5", NULL, { { .command = "UID MOVE", .answer = "* OK [COPYUID 9 3:5 11:13] moved\r\n", .act = peer_leave } },
    "", STORE_ERROR_LINK, "closed", "", "STORE" },
  { "copy, all three", COPY_ONLY, "3 4 5", "", { { .command = "UID COPY", .answer = "$ OK [COPYUID 9 3:5 11:13] done\r\n" } },
    "3>11 4>12 5>13", -1, "", "UID STORE 3:5 +FLAGS.SILENT (\\Deleted)\r\n", " EXPUNGE\r\n" },
  { "copy, expunged by UID", COPY_ONLY, "3 4 5", "", { { .command = "UID COPY", .answer = "$ OK [COPYUID 9 3:5 11:13] done\r\n" } },
    "3>11 4>12 5>13", -1, "", "UID EXPUNGE 3:5\r\n", "CLOSE" },
  { "copy, some", COPY_ONLY, "3 4 5", "", { { .command = "UID COPY", .answer = "$ OK [COPYUID 9 3,5 11:12] done\r\n" } },
    "3>11 5>12", -1, "", "UID STORE 3,5 +FLAGS.SILENT (\\Deleted)\r\n", "3:5 +FLAGS" },
  { "copy, refused", COPY_ONLY, "3 4 5", NULL, { { .command = "UID COPY", .answer = "$ NO [OVERQUOTA] full\r\n" } },
    "", STORE_ERROR_LATER, "refused to move messages (UID COPY in INBOX): full; the mailbox is full", "", "STORE" },
  { "move, over quota", NULL, "3 4 5", NULL, { { .command = "UID MOVE", .answer = "$ NO [OVERQUOTA] Quota exceeded.\r\n" } },
    "", STORE_ERROR_LATER, "Quota exceeded; the mailbox is full: empty the Trash", "", "STORE" },
  { "move, plain no", NULL, "3 4 5", NULL, { { .command = "UID MOVE", .answer = "$ NO no\r\n" } },
    "", STORE_ERROR_MAILBOX, "no; check that the target folder is there", "", "STORE" },
  { "copy, no COPYUID", COPY_ONLY, "3 4 5", NULL, { { .command = "UID COPY", .answer = "$ OK done\r\n" } },
    "", STORE_ERROR_MAILBOX, "COPYUID", "", "STORE" },
  { "copy, leaves", COPY_ONLY, "3 4 5", NULL, { { .command = "UID COPY", .act = peer_leave } }, "", STORE_ERROR_LINK, "closed", "", "STORE" },
  { "copy, store refused", COPY_ONLY, "3 4 5", NULL,
    { { .command = "UID COPY", .answer = "$ OK [COPYUID 9 3:5 11:13] done\r\n" }, { .command = "UID STORE", .answer = "$ NO no\r\n" } },
    "", STORE_ERROR_MAILBOX, "refused to remove", "", "EXPUNGE" },
  { "copy, expunge refused", COPY_ONLY, "3 4 5", "3 4 5",
    { { .command = "UID COPY", .answer = "$ OK [COPYUID 9 3:5 11:13] done\r\n" }, { .command = "UID EXPUNGE", .answer = "$ NO no\r\n" } },
    "", STORE_ERROR_MAILBOX, "refused to remove", "UID STORE 3:5 -FLAGS.SILENT (\\Deleted)", "CLOSE" },
  { "copy, expunge does nothing", COPY_ONLY, "3 4 5", "4", { { .command = "UID COPY", .answer = "$ OK [COPYUID 9 3:5 11:13] done\r\n" } },
    "", STORE_ERROR_MAILBOX, "did not remove", "UID STORE 4 -FLAGS.SILENT (\\Deleted)", "CLOSE" },
  { "neither MOVE nor UIDPLUS", "IMAP4rev1 AUTH=PLAIN", "3 4 5", NULL, { { 0 } }, "", STORE_ERROR_MAILBOX, "neither MOVE nor UIDPLUS", "", "UID" },
};
/* clang-format on */

static void on_row(const ScanRow *row, gpointer data)
{
  g_string_append_printf(data, "%u:%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT ":%s%s%s%s:%.*s|", row->uid, row->size,
                         row->stored, row->deleted ? "d" : "", row->backscatter ? "b" : "",
                         row->not_backscatter ? "n" : "", row->unreadable ? "u" : "", (int)row->length,
                         row->fields != NULL ? row->fields : "");
}

static void test_scan(void **state)
{
  static const char *const fields[] = { "A", "B", NULL };
  guint i = GPOINTER_TO_UINT(*state);
  Conversation conversation = { .turns = { { .command = "UID FETCH", .answer = scans[i].answer, .act = scans[i].act },
                                           { .command = "UID SEARCH", .answer = "* SEARCH\r\n$ OK done\r\n" } } };
  Session session;
  session_open_with(&session, &conversation, scans[i].act == peer_wait ? 1 : 30);
  session_select(&session);
  g_autoptr(GString) rows = g_string_new(NULL);
  gboolean done = session.store->class->scan(session.store, 0, 5, fields, on_row, rows, &session.error);
  assert_outcome(&session, done, scans[i].code, scans[i].words);
  if (done) assert_string_equal(rows->str, scans[i].rows);
  assert_non_null(strstr(session_end(&session),
                         "UID FETCH 1:5 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (A B)])"));
  session_free(&session);
}

static void test_read(void **state)
{
  guint i = GPOINTER_TO_UINT(*state);
  Conversation conversation = { .turns = {
                                    { .command = "UID FETCH", .answer = reads[i].answer, .act = reads[i].act } } };
  Session session;
  session_open(&session, &conversation);
  session_select(&session);
  g_autoptr(GBytes) bytes = store_read(session.store, 7, 5, &session.error);
  assert_outcome(&session, bytes != NULL, reads[i].code, reads[i].words);
  if (bytes != NULL) {
    assert_int_equal(g_bytes_get_size(bytes), strlen(reads[i].bytes));
    if (*reads[i].bytes != '\0')
      assert_memory_equal(g_bytes_get_data(bytes, NULL), reads[i].bytes, strlen(reads[i].bytes));
  }
  assert_non_null(strstr(session_end(&session), "UID FETCH 7 (UID BODY.PEEK[]<0.5>)\r\n"));
  session_free(&session);
}

static void test_find(void **state)
{
  guint i = GPOINTER_TO_UINT(*state);
  Conversation conversation = { .turns = { { .command = "UID SEARCH", .answer = finds[i].answer } } };
  Session session;
  session_open(&session, &conversation);
  session_select(&session);
  g_autoptr(GArray) uids =
      session.store->class->find(session.store, finds[i].id, finds[i].size, finds[i].since, &session.error);
  assert_outcome(&session, uids != NULL, finds[i].code, "");
  g_autoptr(GString) list = g_string_new(NULL);
  for (guint j = 0; uids != NULL && j < uids->len; j++)
    g_string_append_printf(list, "%s%u", j > 0 ? "," : "", g_array_index(uids, guint32, j));
  if (uids != NULL) assert_string_equal(list->str, finds[i].uids);
  const char *heard = session_end(&session);
  if (strstr(heard, finds[i].criteria) == NULL) print_error("%s", heard);
  assert_non_null(strstr(heard, finds[i].criteria));
  assert_null(strstr(heard, "DELETE"));
  session_free(&session);
}

static void test_move(void **state)
{
  static const guint32 uids[] = { 5, 3, 4 };
  guint i = GPOINTER_TO_UINT(*state);
  g_autofree char *before = g_strdup_printf("* SEARCH %s\r\n$ OK done\r\n", moves[i].before);
  g_autofree char *after =
      g_strdup_printf("* SEARCH %s\r\n$ OK done\r\n", moves[i].after != NULL ? moves[i].after : "1");
  Conversation conversation = { .capabilities = moves[i].capabilities,
                                .turns = { { .command = "UID SEARCH UID 3:5", .answer = before, .once = TRUE },
                                           { .command = "UID SEARCH UID", .answer = after },
                                           moves[i].turns[0],
                                           moves[i].turns[1] } };
  Session session;
  session_open(&session, &conversation);
  session_select(&session);
  g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(UidPair));
  gboolean done = session.store->class->move(session.store, uids, 3, "Away", pairs, &session.error);
  assert_outcome(&session, done, moves[i].code, moves[i].words);
  g_autoptr(GString) list = g_string_new(NULL);
  for (guint j = 0; j < pairs->len; j++) {
    UidPair pair = g_array_index(pairs, UidPair, j);
    g_string_append_printf(list, "%s%u>%u", j > 0 ? " " : "", pair.from, pair.to);
  }
  assert_string_equal(list->str, moves[i].pairs);
  const char *heard = session_end(&session);
  if (strstr(heard, moves[i].heard) == NULL || strstr(heard, moves[i].not_heard) != NULL) print_error("%s", heard);
  assert_non_null(strstr(heard, moves[i].heard));
  assert_null(strstr(heard, moves[i].not_heard));
  session_free(&session);
}

static void without_move_a_copy_is_made_and_nothing_is_removed_at_once(void **state)
{
  static const Conversation conversation = {
    .capabilities = COPY_ONLY,
    .turns = { { .command = "UID SEARCH UID", .answer = "* SEARCH 3 5\r\n$ OK done\r\n" },
               { .command = "UID COPY", .answer = "$ OK [COPYUID 9 3,5 11:12] done\r\n" } }
  };
  static const guint32 uids[] = { 5, 3, 4 };
  Session session;
  session_open(&session, &conversation);
  assert_false(session.store->can & STORE_MOVES_AT_ONCE);
  session_select(&session);
  g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(UidPair));
  assert_true(session.store->class->copy(session.store, uids, 3, "Away", pairs, &session.error));
  assert_int_equal(pairs->len, 2);
  assert_int_equal(g_array_index(pairs, UidPair, 1).from, 5);
  assert_int_equal(g_array_index(pairs, UidPair, 1).to, 12);
  const char *heard = session_end(&session);
  assert_non_null(strstr(heard, "UID COPY 3,5 \"Away\"\r\n"));
  assert_null(strstr(heard, "STORE"));
  assert_null(strstr(heard, "EXPUNGE"));
  session_free(&session);
}

static void many_messages_are_moved_in_portions(void **state)
{
  static const Conversation conversation = {
    .turns = { { .command = "UID SEARCH UID 2,4,6", .answer = "* SEARCH 2 4 6\r\n$ OK done\r\n" },
               { .command = "UID SEARCH UID", .answer = "* SEARCH 1002\r\n$ OK done\r\n" },
               { .command = "UID MOVE 2,4,6", .answer = "$ OK [COPYUID 9 2,4,6 1:3] done\r\n" },
               { .command = "UID MOVE", .answer = "$ OK [COPYUID 9 1002 4] done\r\n" } }
  };
  Session session;
  session_open(&session, &conversation);
  session_select(&session);
  guint32 uids[1200];
  for (guint i = 0; i < G_N_ELEMENTS(uids); i++) uids[i] = 2 * (i + 1);
  g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(UidPair));
  assert_true(session.store->class->move(session.store, uids, G_N_ELEMENTS(uids), "Away", pairs, &session.error));
  /* Three batches; that 1002 is there does not concern the third. */
  assert_int_equal(pairs->len, 4);
  g_auto(GStrv) lines = g_strsplit(session_end(&session), "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) assert_true(strlen(lines[i]) < 8000);
  session_free(&session);
}

static void a_message_is_removed_by_its_uid_or_not_at_all(void **state)
{
  static const struct {
    const char *capabilities, *left;
    int code;
    const char *heard, *not_heard;
  } rows[] = {
    { NULL, "", -1, "UID EXPUNGE 4\r\n", "-FLAGS" },
    { NULL, "4", STORE_ERROR_MAILBOX, "UID STORE 4 -FLAGS.SILENT (\\Deleted)\r\n", "CLOSE" },
    { MOVE_ONLY, "", STORE_ERROR_MAILBOX, "", "STORE" },
    { "IMAP4rev1 AUTH=PLAIN", "", STORE_ERROR_MAILBOX, "", "STORE" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *left = g_strdup_printf("* SEARCH %s\r\n$ OK done\r\n", rows[i].left);
    Conversation conversation = { .capabilities = rows[i].capabilities,
                                  .turns = { { .command = "UID SEARCH", .answer = left } } };
    Session session;
    session_open(&session, &conversation);
    session_select(&session);
    static const guint32 uid = 4;
    gboolean done = session.store->class->remove(session.store, &uid, 1, &session.error);
    assert_outcome(&session, done, rows[i].code, "");
    const char *heard = session_end(&session);
    assert_non_null(strstr(heard, rows[i].heard));
    assert_null(strstr(heard, rows[i].not_heard));
    session_free(&session);
  }
}

static void on_bytes(guint32 uid, GBytes *bytes, gpointer data)
{
  g_string_append_printf(data, "%u:%.*s|", uid, (int)g_bytes_get_size(bytes),
                         (const char *)g_bytes_get_data(bytes, NULL));
}

#define BODY(uid, text) "* 1 FETCH (UID " uid " BODY[]<0> \"" text "\")\r\n"

static void many_messages_are_read_in_portions_each_once(void **state)
{
  static const struct {
    const char *first, *second; /* answers for UIDs 2 to 1000 and for 1002 */
    const char *read;
    int code;
    const char *words;
  } rows[] = {
    { BODY("8", "eight") BODY("2", "two") "$ OK done\r\n", BODY("1002", "last") "$ OK done\r\n",
      "8:eight|2:two|1002:last|", -1, "" },
    { BODY("2", "two") BODY("2", "again") BODY("3", "other") BODY("1002", "early") "$ OK done\r\n",
      BODY("1002", "last") "$ OK done\r\n", "2:two|1002:early|", -1, "" },
    { BODY("2", "two") "$ NO not all\r\n", BODY("1002", "last") "$ OK done\r\n", "2:two|", STORE_ERROR_MESSAGE,
      "not all" },
    { BODY("2", "two") "* 1 FETCH (UID 4 BODY[]<0> {300000000}\r\n", "", "2:two|", STORE_ERROR_LINK, "announced" },
    { "$ OK done\r\n", "$ OK done\r\n", "", STORE_ERROR_MESSAGE, "did not show a message of INBOX that is there" },
    { "* 1 FETCH (UID 2 BODY[]<0> NIL)\r\n$ OK done\r\n", BODY("1002", "last") "$ OK done\r\n", "1002:last|",
      STORE_ERROR_MESSAGE, "did not show a message of INBOX that is there" },
  };
  guint32 uids[501];
  for (guint i = 0; i < G_N_ELEMENTS(uids); i++) uids[i] = 2 * (i + 1);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Conversation conversation = { .turns = { { .command = "UID FETCH 2,4,", .answer = rows[i].first },
                                             { .command = "UID FETCH 1002 ", .answer = rows[i].second } } };
    Session session;
    session_open(&session, &conversation);
    session_select(&session);
    g_autoptr(GString) read = g_string_new(NULL);
    gboolean done =
        session.store->class->read(session.store, uids, G_N_ELEMENTS(uids), 100, on_bytes, read, &session.error);
    assert_outcome(&session, done, rows[i].code, rows[i].words);
    assert_string_equal(read->str, rows[i].read);
    assert_null(strstr(session_end(&session), "BODY[]"));
    session_free(&session);
  }
}

static void the_uids_of_a_range_that_are_there_come_in_order(void **state)
{
  static const Conversation conversation = {
    .turns = { { .command = "UID SEARCH UID 3:9", .answer = "* SEARCH 9 3 2 10\r\n* SEARCH 5 3\r\n$ OK done\r\n" },
               { .command = "UID SEARCH UID 1:4294967295", .answer = "$ NO no\r\n" } }
  };
  static const guint32 expected[] = { 3, 5, 9 };
  Session session;
  session_open(&session, &conversation);
  assert_null(session.store->class->present(session.store, 3, 9, &session.error));
  assert_outcome(&session, FALSE, STORE_ERROR_MAILBOX, "No folder");
  g_clear_error(&session.error);
  session_select(&session);
  g_autoptr(GArray) present = session.store->class->present(session.store, 3, 9, &session.error);
  assert_non_null(present);
  assert_int_equal(present->len, G_N_ELEMENTS(expected));
  assert_memory_equal(present->data, expected, sizeof expected);
  g_autoptr(GArray) none = session.store->class->present(session.store, 9, 3, &session.error);
  assert_int_equal(none->len, 0);
  assert_null(session.store->class->present(session.store, 0, G_MAXUINT32, &session.error));
  assert_outcome(&session, FALSE, STORE_ERROR_MAILBOX, "refused to search");
  session_free(&session);
}

static guint add(struct CMUnitTest *tests, guint n, const char *name, CMUnitTestFunction test, guint row)
{
  tests[n] = (struct CMUnitTest){ name, test, NULL, NULL, GUINT_TO_POINTER(row) };
  return n + 1;
}

int main(void)
{
  struct CMUnitTest tests[100] = {
    cmocka_unit_test(many_messages_are_moved_in_portions),
    cmocka_unit_test(without_move_a_copy_is_made_and_nothing_is_removed_at_once),
    cmocka_unit_test(a_message_is_removed_by_its_uid_or_not_at_all),
    cmocka_unit_test(many_messages_are_read_in_portions_each_once),
    cmocka_unit_test(the_uids_of_a_range_that_are_there_come_in_order),
  };
  guint n = 5;
  for (guint i = 0; i < G_N_ELEMENTS(scans); i++) n = add(tests, n, scans[i].name, test_scan, i);
  for (guint i = 0; i < G_N_ELEMENTS(reads); i++) n = add(tests, n, reads[i].name, test_read, i);
  for (guint i = 0; i < G_N_ELEMENTS(finds); i++) n = add(tests, n, finds[i].name, test_find, i);
  for (guint i = 0; i < G_N_ELEMENTS(moves); i++) n = add(tests, n, moves[i].name, test_move, i);
  return _cmocka_run_group_tests("imap_mail", tests, n, NULL, NULL);
}
