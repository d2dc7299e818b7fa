/* test_reply.c - what single responses are, and what of them libetpan sees
 * Owns:     the table of responses.
 * Must not: touch the network.
 * Fails:    as a test.
 * Tests:    fetcher/imap/reply.c */
#include "fetcher/imap/reply.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */
/* The tag is "t7". */
static const struct {
  const char *name, *line;
  ReplyKind kind;
  gboolean tagged;
  const char *code; /* or the name of data; NULL: none */
  const char *rest, *text;
  const char *rewritten;
} rows[] = {
  { "tagged", "t7 OK done", REPLY_OK, TRUE, NULL, "", "done", "t7 OK x\r\n" },
  { "tagged_in_lower_case", "t7 no", REPLY_NO, TRUE, NULL, "", "", "t7 NO x\r\n" },
  { "tagged_with_a_code", "t7 NO [OVERQUOTA] full", REPLY_NO, TRUE, "OVERQUOTA", "", "full", "t7 NO x\r\n" },
  { "a_code_without_text", "t7 NO [LIMIT]", REPLY_NO, TRUE, "LIMIT", "", "", "t7 NO x\r\n" },
  { "a_code_that_does_not_end", "t7 BAD [LIMIT what", REPLY_BAD, TRUE, NULL, "", "[LIMIT what", "t7 BAD x\r\n" },
  { "a_code_with_strings", "t7 OK [Error=\"a]b\" X=1] AUTHENTICATE done", REPLY_OK, TRUE, "Error=\"a]b\"", " X=1", "AUTHENTICATE done", "t7 OK x\r\n" },
  { "a_code_with_a_bracket_in_a_list", "* OK [PERMANENTFLAGS ([Airmail]-Done \\*)] k", REPLY_OK, FALSE, "PERMANENTFLAGS", " ([Airmail]-Done \\*)", "k", "* OK x\r\n" },
  { "a_list_that_does_not_end", "* OK [PERMANENTFLAGS (", REPLY_OK, FALSE, NULL, "", "[PERMANENTFLAGS (", "* OK x\r\n" },
  { "a_list_that_does_not_end_before_the_bracket", "* OK [PERMANENTFLAGS (\\])] k", REPLY_OK, FALSE, "PERMANENTFLAGS", " (\\])", "k", "* OK x\r\n" },
  { "no_text_at_all", "* OK", REPLY_OK, FALSE, NULL, "", "", "* OK x\r\n" },
  { "two_blanks", "*  OK  x", REPLY_OK, FALSE, NULL, "", "x", "* OK x\r\n" },
  { "bye", "* BYE [UNAVAILABLE] tired", REPLY_BYE, FALSE, "UNAVAILABLE", "", "tired", "" },
  { "preauth", "* PREAUTH come in", REPLY_PREAUTH, FALSE, NULL, "", "come in", "* PREAUTH x\r\n" },
  { "data", "* LIST () \"/\" x", REPLY_DATA, FALSE, "LIST", " () \"/\" x", "", "" },
  { "data_with_a_number", "* 23 FETCH (UID 1)", REPLY_DATA, FALSE, "FETCH", " (UID 1)", "", "" },
  { "a_number_alone", "* 23", REPLY_DATA, FALSE, NULL, "", "", "" },
  { "a_star_alone", "* ", REPLY_DATA, FALSE, NULL, " ", "", "" },
  { "a_list_alone", "* (x)", REPLY_DATA, FALSE, NULL, " (x)", "", "" },
  { "unknown_data", "* XSOMETHING 1 2", REPLY_DATA, FALSE, "XSOMETHING", " 1 2", "", "" },
  { "go_on", "+ PDE+Lw==", REPLY_GO_ON, FALSE, NULL, "", "PDE+Lw==", "+ PDE+Lw==\r\n" },
  { "go_on_without_a_blank", "+", REPLY_GO_ON, FALSE, NULL, "", "", "+ \r\n" },
  { "go_on_with_words", "+ idling now", REPLY_GO_ON, FALSE, NULL, "", "idling now", "+ \r\n" },
  { "go_on_with_half_a_challenge", "+ PDE", REPLY_GO_ON, FALSE, NULL, "", "PDE", "+ \r\n" },
  { "empty", "", REPLY_EMPTY, FALSE, NULL, "", "", "" },
  { "another_tag", "t8 OK done", REPLY_NONSENSE, FALSE, NULL, "", "", "" },
  { "a_longer_tag", "t77 OK done", REPLY_NONSENSE, FALSE, NULL, "", "", "" },
  { "a_tag_alone", "t7", REPLY_NONSENSE, FALSE, NULL, "", "", "" },
  { "tagged_bye", "t7 BYE done", REPLY_NONSENSE, FALSE, NULL, "", "done", "" },
  { "tagged_data", "t7 LIST x", REPLY_NONSENSE, FALSE, NULL, "", "", "" },
  { "a_tab", "*\tOK x", REPLY_NONSENSE, FALSE, NULL, "", "", "" },
  { "smtp", "220 mail ESMTP", REPLY_NONSENSE, FALSE, NULL, "", "", "" },
};

/* clang-format on */

static void read_line(Reader *reader, const char *line)
{
  const char *fault = NULL;
  reader_init(reader);
  reader_feed(reader, line, strlen(line), &fault);
  reader_feed(reader, "\r\n", 2, &fault);
  assert_null(fault);
  assert_true(reader->whole);
}

static void test_reply(void **state)
{
  guint i = GPOINTER_TO_UINT(*state);
  Reader reader;
  Reply reply;
  read_line(&reader, rows[i].line);
  reply_read(&reader, "t7", &reply);
  assert_int_equal(reply.kind, rows[i].kind);
  assert_int_equal(reply.tagged, rows[i].tagged);
  assert_int_equal(reply.name != NULL, rows[i].code != NULL);
  if (rows[i].code != NULL) assert_true(reply_is(&reply, rows[i].code));
  assert_int_equal(reply.rest.end - reply.rest.at, strlen(rows[i].rest));
  assert_memory_equal(reply.rest.at, rows[i].rest, strlen(rows[i].rest));
  assert_string_equal(reply.text, rows[i].text);
  g_autoptr(GString) rewritten = g_string_new(NULL);
  reply_rewrite(&reply, "t7", rewritten);
  assert_string_equal(rewritten->str, rows[i].rewritten);
  reader_clear(&reader);
}

static void without_a_command_nothing_is_tagged(void **state)
{
  Reader reader;
  Reply reply;
  read_line(&reader, "t7 OK done");
  reply_read(&reader, NULL, &reply);
  assert_int_equal(reply.kind, REPLY_NONSENSE);
  reader_clear(&reader);
}

int main(void)
{
  struct CMUnitTest tests[G_N_ELEMENTS(rows) + 1] = { cmocka_unit_test(without_a_command_nothing_is_tagged) };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    tests[1 + i] = (struct CMUnitTest){ rows[i].name, test_reply, NULL, NULL, GUINT_TO_POINTER(i) };
  return _cmocka_run_group_tests("imap_reply", tests, G_N_ELEMENTS(tests), NULL, NULL);
}
