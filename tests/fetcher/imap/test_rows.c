/* test_rows.c - what the data of a server says, also where it is odd
 * Owns:     the tables of FETCH, LIST, STATUS, NAMESPACE and SEARCH responses, dates and sets.
 * Must not: touch the network.
 * Fails:    as a test.
 * Tests:    fetcher/imap/rows.c, fetcher/imap/tokens.c */
#include "fetcher/imap/rows.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */
static const struct {
  const char *name, *data;
  const char *row; /* "uid:size:stored:modseq:flags:body" ("-": NIL, "?": no section); NULL: not to be trusted */
} fetches[] = {
  { "all_items", "(UID 5 FLAGS (\\Seen \\Deleted) INTERNALDATE \"01-Feb-2024 10:20:30 +0230\" RFC822.SIZE 99 MODSEQ (7) BODY[HEADER.FIELDS (A B)] {3}\r\nabc)", "5:99:1706773830:7:Fd:abc" },
  { "any_order_and_case", "(body[]<0> \"x\" rfc822.size 1 uid 5)", "5:1:0:0::x" },
  { "spaces", "( UID 5  BODY[] \"x\" )", "5:0:0:0::x" },
  { "quotes_in_a_body", "(UID 5 BODY[] \"a\\\"\\\\b\")", "5:0:0:0::a\"\\b" },
  { "quoted_names_in_a_section", "(UID 5 BODY[HEADER.FIELDS (\"A)\" {2}\r\nB] C)] {1}\r\nx)", "5:0:0:0::x" },
  { "a_body_that_is_a_word", "(UID 5 BODY[] x)", "5:0:0:0::x" },
  { "no_body", "(UID 5 BODY[] NIL)", "5:0:0:0::-" },
  { "no_section", "(UID 5 FLAGS ())", "5:0:0:0:F:?" },
  { "unknown_items", "(X-GM-LABELS (a \"b c\" (d {1}\r\n))) UID 5 EMAILID (x) BODYSTRUCTURE (((\"TEXT\" NIL)) \"MIXED\") ENVELOPE NIL BODY[] \"x\")", "5:0:0:0::x" },
  { "flags_nil", "(UID 5 FLAGS NIL BODY[] \"x\")", "5:0:0:0:Fp:x" },
  { "flags_without_a_value", "(UID 5 BODY[] \"x\" FLAGS)", NULL },
  { "flags_that_are_a_word", "(UID 5 FLAGS \\Seen BODY[] \"x\")", "5:0:0:0:Fp:x" },
  { "flags_with_a_list", "(UID 5 FLAGS (\\Seen (x)) BODY[] \"x\")", "5:0:0:0:Fp:x" },
  { "flags_with_a_literal", "(UID 5 FLAGS (\\Seen {3}\r\na)b) BODY[] \"x\")", "5:0:0:0:Fp:x" },
  { "flagged", "(UID 5 FLAGS (\\flagged) BODY[] \"x\")", "5:0:0:0:Fp:x" },
  { "answered", "(UID 5 FLAGS (\\ANSWERED) BODY[] \"x\")", "5:0:0:0:Fp:x" },
  { "our_keywords", "(UID 5 FLAGS ($backscatter $NotBackscatter))", "5:0:0:0:Fbn:?" },
  { "flags_with_odd_characters", "(UID 5 FLAGS (Ju{nk a%b [Airmail]-Done \\* \\ \"q\" gr\xfcn x\"y  \\Deleted ) BODY[] \"x\")", "5:0:0:0:Fd:x" },
  { "a_date_that_is_none", "(UID 5 INTERNALDATE NIL BODY[] \"x\")", "5:0:0:0::x" },
  { "an_empty_date", "(UID 5 INTERNALDATE \"\" BODY[] \"x\")", "5:0:0:0::x" },
  { "a_date_that_is_a_list", "(UID 5 INTERNALDATE (x) BODY[] \"x\")", "5:0:0:0::x" },
  { "a_size_that_is_none", "(UID 5 RFC822.SIZE NIL BODY[] \"x\")", "5:0:0:0::x" },
  { "a_size_below_0", "(UID 5 RFC822.SIZE -1 BODY[] \"x\")", "5:0:0:0::x" },
  { "a_size_of_50_digits", "(UID 5 RFC822.SIZE 99999999999999999999999999999999999999999999999999 BODY[] \"x\")", "5:0:0:0::x" },
  { "a_uid_of_40_bits", "(UID 1099511627782 BODY[] \"x\")", "0:0:0:0::x" },
  { "a_modseq_that_is_none", "(UID 5 MODSEQ (x) BODY[] \"x\")", "5:0:0:0::x" },
  { "two_sections", "(UID 5 BODY[] \"x\" BODY[] {1}\r\ny)", "5:0:0:0::y" },
  { "nothing", "()", "0:0:0:0::?" },
  { "not_closed", "(UID 5 BODY[] {3}\r\nabc", NULL },
  { "closed_by_the_literal", "(UID 5 BODY[] {4}\r\nabc)", NULL },
  { "a_literal_that_was_too_short", "(UID 5 BODY[] {2}\r\nabc)", NULL },
  { "a_literal_that_was_much_too_short", "(UID 5 BODY[] {2}\r\nab c)", NULL },
  { "closed_twice", "(UID 5))", NULL },
  { "more_behind_it", "(UID 5) x", NULL },
  { "no_list", "UID 5", NULL },
  { "empty", "", NULL },
  { "a_section_that_does_not_end", "(UID 5 BODY[HEADER x)", NULL },
  { "a_string_that_does_not_end", "(UID 5 BODY[] \"x)", NULL },
};

static const struct {
  const char *text;
  gint64 when;
} dates[] = {
  { "01-Feb-2024 10:20:30 +0230", 1706773830 }, { " 1-feb-2024 10:20:30 +0230", 1706773830 }, { "1-Feb-2024 10:20:30 -0800", 1706811630 },
  { "01-Feb-2024 10:20:30 GMT", 1706782830 }, { "01-Feb-2024 10:20:60 +0000", 1706782860 },
  { "29-Feb-2024 00:00:00 +0000", 1709164800 }, { "29-Feb-2023 00:00:00 +0000", 0 }, { "31-Feb-2024 10:20:30 +0000", 0 },
  { "01-Jan-1970 00:00:00 +0000", 0 }, { "01-Jan-1904 00:00:00 +0000", 0 }, { "01-Jan-0000 00:00:00 +0000", 0 }, { "01-Jan-1970 00:00:00 +1400", 0 },
  { "32-Foo-2024 99:00:00 +0000", 0 }, { "01-Feb-2024 24:00:00 +0000", 0 }, { "01-Feb-2024 10:20:30", 0 }, { "01-Feb-2024 10:20:30 ", 0 },
  { "01-Feb-2024 10:20:30 +99", 99 }, { "01-Feb-2024 10:20:30 +9999", 0 }, { "01-Feb-2024 10:20:30 +0000x", 0 }, { "2024-02-01T10:20:30Z", 0 },
  { "", 0 }, { " ", 0 }, { "NIL", 0 }, { "01-Feb-99999 10:20:30 +0000", 0 },
};

static const struct {
  const char *data, *row; /* "use:separator:name"; NULL: cannot be read */
} lists[] = {
  { "(\\HasNoChildren) \"/\" INBOX", "0:/:INBOX" },
  { "(\\Sent) \".\" \"Gesendet &- mehr\"", "1:.:Gesendet &- mehr" },
  { "(\\Noselect \\trash) NIL {6}\r\na\"b\\&-", "6::a\"b\\&-" },
  { "() \"\\\\\" \"a\\\"b\"", "0:\\:a\"b" },
  { "NIL \"/\" x", "0:/:x" },
  { "(a (b)) \"/\" x (\"CHILDINFO\" (\"SUBSCRIBED\"))", "0:/:x" },
  { "() \"/\" \"\"", "0:/:" },
  { "() \"/\" NIL", NULL }, { "() \"/\"", NULL }, { "()", NULL }, { "", NULL }, { "() \"/\" \"x", NULL },
};

static const struct {
  const char *data, *row; /* "name:messages:next:validity"; NULL: cannot be read */
} statuses[] = {
  { "INBOX (MESSAGES 3 UIDNEXT 10 UIDVALIDITY 7)", "INBOX:3:10:7" },
  { "\"a b\" (uidnext 10 X-MORE 1 X-LIST (a b) messages 0)", "a b:0:10:0" },
  { "{3}\r\na\"b ()", "a\"b:?:0:0" },
  { "X (MESSAGES x UIDNEXT 99999999999)", "X:?:0:0" },
  { "X (MESSAGES NIL)", "X:?:0:0" },
  { "X", NULL }, { "", NULL }, { "X (MESSAGES 3", NULL }, { "X MESSAGES 3", NULL },
};

static const struct {
  const char *data, *rows; /* "KIND:prefix:separator " for each */
} namespaces[] = {
  { "((\"INBOX.\" \".\")) NIL NIL", "0:INBOX.:. " },
  { "((\"\" \"/\" \"X-PARAM\" (\"a\" \"b\"))(\"#x/\" \"/\")) ((\"~\" \"/\")) NIL", "0::/ 0:#x/:/ 1:~:/ " },
  { "((\"\" NIL)) NIL NIL", "0:: " },
  { "NIL ((\"user/\" \"/\")) ((\"shared/\" \"/\")(\"#public.\" \".\"))", "1:user/:/ 2:shared/:/ 2:#public.:. " },
  { "NIL NIL ((\"x/\" \"/\" {3} y))", "2:x/:/ " },
  { "NIL NIL NIL", "" }, { "((NIL \"/\")) NIL NIL", "" }, { "(", "" }, { "((", "" }, { "((\"a\"", "" }, { "()", "" }, { "", "" },
};

static const struct {
  const char *data;
  gboolean kept;
} permanents[] = {
  { "(\\Seen \\*)", TRUE }, { "($Backscatter $notbackscatter)", TRUE }, { "($Backscatter)", FALSE }, { "()", FALSE },
  { "(\\*", FALSE }, { "(", FALSE }, { "NIL", FALSE }, { "", FALSE }, { "([Airmail]-Done \\*)", TRUE },
};

static const struct {
  const char *set, *ranges; /* "first-last|"; a "!" where it is no set */
} sets[] = {
  { "3", "3-3|" }, { "3:5,9", "3-5|9-9|" }, { "5:3", "3-5|" }, { "1:4294967295", "1-4294967295|" }, { "3:*", "3-4294967295|" }, { "*", "4294967295-4294967295|" },
  { "", "" }, { "0", "!" }, { "3,", "3-3|!" }, { "3:", "!" }, { "3:0", "!" }, { "x", "!" }, { "3,x", "3-3|!" }, { "4294967296", "!" }, { "-1", "!" },
};
/* clang-format on */

static void read_data(Reader *reader, const char *data)
{
  const char *fault = NULL;
  gsize done = 0;
  g_autofree char *line = g_strdup_printf("* X %s\r\n", data);
  reader_init(reader);
  reader_command(reader, 1000, READER_KEEP);
  while (done < strlen(line) && fault == NULL) done += reader_feed(reader, line + done, strlen(line) - done, &fault);
  assert_null(fault);
  assert_true(reader->whole);
}

static Cursor behind_name(const Reader *reader)
{
  Cursor cursor = cursor_over(reader);
  cursor.at += 4;
  return cursor;
}

static void test_fetch(void **state)
{
  guint i = GPOINTER_TO_UINT(*state);
  Reader reader;
  g_auto(FetchRow) row = { 0 };
  g_autoptr(GString) told = g_string_new(NULL);
  read_data(&reader, fetches[i].data);
  gboolean read = fetch_row_read(behind_name(&reader), &row);
  assert_int_equal(read, fetches[i].row != NULL);
  g_string_printf(told, "%u:%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GUINT64_FORMAT ":%s%s%s%s%s:", row.row.uid,
                  row.row.size, row.row.stored, row.modseq, row.flags ? "F" : "", row.row.deleted ? "d" : "",
                  row.row.prized ? "p" : "", row.row.backscatter ? "b" : "", row.row.not_backscatter ? "n" : "");
  if (row.body.bytes == NULL) g_string_append(told, row.section ? "-" : "?");
  g_string_append_len(told, row.body.bytes, (gssize)row.body.length);
  if (read) assert_string_equal(told->str, fetches[i].row);
  reader_clear(&reader);
}

static void dates_are_read(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(dates); i++) {
    gint64 when = internal_date_read(dates[i].text, strlen(dates[i].text));
    if (dates[i].when == 99) /* a zone of minutes */
      assert_int_equal(when, 1706782830 - 99 * 60);
    else if (when != dates[i].when)
      fail_msg("%s: %" G_GINT64_FORMAT, dates[i].text, when);
  }
}

static void list_rows_are_read(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
    Reader reader;
    g_auto(Value) name = { 0 };
    guint use = 0;
    char separator = '\0';
    read_data(&reader, lists[i].data);
    gboolean read = list_row_read(behind_name(&reader), &use, &separator, &name);
    if (read != (lists[i].row != NULL)) fail_msg("%s", lists[i].data);
    g_autofree char *copy = read ? value_copy(&name) : NULL;
    g_autofree char *told = g_strdup_printf("%u:%.1s:%s", use, &separator, copy != NULL ? copy : "");
    if (read) assert_string_equal(told, lists[i].row);
    reader_clear(&reader);
  }
}

static void status_rows_are_read(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(statuses); i++) {
    Reader reader;
    g_auto(StatusRow) row = { 0 };
    read_data(&reader, statuses[i].data);
    gboolean read = status_row_read(behind_name(&reader), &row);
    if (read != (statuses[i].row != NULL)) fail_msg("%s", statuses[i].data);
    g_autofree char *name = read ? value_copy(&row.name) : NULL, *count = g_strdup_printf("%u", row.messages),
                    *told = g_strdup_printf("%s:%s:%u:%u", name != NULL ? name : "", row.counted ? count : "?",
                                            row.next, row.validity);
    if (read) assert_string_equal(told, statuses[i].row);
    reader_clear(&reader);
  }
}

static void note_namespace(NamespaceKind kind, const Value *prefix, char separator, gpointer data)
{
  g_autofree char *copy = value_copy(prefix);
  g_string_append_printf(data, "%u:%s:%.1s ", kind, copy, &separator);
}

static void namespaces_are_read(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(namespaces); i++) {
    Reader reader;
    g_autoptr(GString) told = g_string_new(NULL);
    read_data(&reader, namespaces[i].data);
    namespaces_read(behind_name(&reader), note_namespace, told);
    assert_string_equal(told->str, namespaces[i].rows);
    reader_clear(&reader);
  }
}

static void numbers_of_a_search_are_read(void **state)
{
  static const guint32 expected[] = { 9, 3, 4294967295 };
  Reader reader;
  g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  read_data(&reader, "9 3 0 4294967296 4294967295 (MODSEQ 5) 7");
  search_read(behind_name(&reader), uids);
  assert_int_equal(uids->len, G_N_ELEMENTS(expected));
  assert_memory_equal(uids->data, expected, sizeof expected);
  reader_clear(&reader);
}

static void permanent_flags_are_read(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(permanents); i++) {
    Reader reader;
    read_data(&reader, permanents[i].data);
    if (permanent_flags_keep(behind_name(&reader), "$Backscatter", "$NotBackscatter") != permanents[i].kept)
      fail_msg("%s", permanents[i].data);
    reader_clear(&reader);
  }
}

static void sets_are_read(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(sets); i++) {
    const char *at = sets[i].set, *end = at + strlen(at);
    guint32 first, last;
    g_autoptr(GString) ranges = g_string_new(NULL);
    while (set_next(&at, end, &first, &last)) g_string_append_printf(ranges, "%u-%u|", first, last);
    if (at < end) g_string_append_c(ranges, '!');
    if (strcmp(ranges->str, sets[i].ranges) != 0) fail_msg("%s: %s", sets[i].set, ranges->str);
  }
}

/* A deep list is passed over without a stack for it. */
static void deep_lists_are_passed_over(void **state)
{
  Reader reader;
  g_autofree char *open = g_strnfill(READER_DEPTH - 2, '('), *close = g_strnfill(READER_DEPTH - 2, ')'),
                  *data = g_strdup_printf("(UID 5 X %s%s FLAGS ())", open, close);
  g_auto(FetchRow) row = { 0 };
  read_data(&reader, data);
  assert_true(fetch_row_read(behind_name(&reader), &row));
  assert_true(row.flags);
  reader_clear(&reader);
}

int main(void)
{
  struct CMUnitTest tests[G_N_ELEMENTS(fetches) + 8] = {
    cmocka_unit_test(dates_are_read),
    cmocka_unit_test(list_rows_are_read),
    cmocka_unit_test(status_rows_are_read),
    cmocka_unit_test(namespaces_are_read),
    cmocka_unit_test(permanent_flags_are_read),
    cmocka_unit_test(numbers_of_a_search_are_read),
    cmocka_unit_test(sets_are_read),
    cmocka_unit_test(deep_lists_are_passed_over),
  };
  for (guint i = 0; i < G_N_ELEMENTS(fetches); i++)
    tests[8 + i] = (struct CMUnitTest){ fetches[i].name, test_fetch, NULL, NULL, GUINT_TO_POINTER(i) };
  return _cmocka_run_group_tests("imap_rows", tests, G_N_ELEMENTS(tests), NULL, NULL);
}
