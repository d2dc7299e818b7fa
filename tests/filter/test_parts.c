/* test_parts.c - a message cut into parts: tables of messages and the parts they have
 * Owns:     the tests of parts.c.
 * Must not: interpret parts.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/parts.c */
#include "filter/parts.h"

#include "filter/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define MULTIPART "Content-Type: multipart/mixed; boundary=\"b b\"\n\n"

/* "type@inside type@inside": every part with the index of the message part that holds it, the top as "-". */
static char *outline(const Parts *parts)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < parts->all->len; i++) {
    const Part *part = parts_at(parts, i);
    g_string_append_printf(text, "%s%s", i > 0 ? " " : "", part->type);
    if (part->inside >= 0) g_string_append_printf(text, "@%d", part->inside);
  }
  return g_string_free(text, FALSE);
}

static void a_message_is_split_into_its_parts(void **state)
{
  static const struct {
    const char *message, *want;
  } rows[] = {
    { "Subject: x\n\ntext", "text/plain" },
    { "", "text/plain" },
    { "\n\nSubject: x\n\ntext", "text/plain" },
    { "Content-Type: TEXT/HTML; charset=utf-8\n\n", "text/html" },
    { "Content-Type: nonsense\n\n", "text/plain" },
    { MULTIPART "preamble\n--b b\nContent-Type: text/html\n\n<p>\n--b b\n\nplain\n--b b--\nepilogue --b b",
      "multipart/mixed text/html text/plain" },
    { MULTIPART "--b b \r\nno header\r\n--b b--\r\n", "multipart/mixed text/plain" },
    { MULTIPART "--b b\nContent-Type: text/html\n\ncut off", "multipart/mixed text/html" },
    { MULTIPART "--b bx\n--b\n", "text/plain" },
    { "Content-Type: multipart/mixed\n\nx\n--guess\nContent-Type: text/html\n\n<p>\n--guess--\n",
      "multipart/mixed text/html" },
    { "Content-Type: multipart/mixed\n\nno boundary at all\n", "text/plain" },
    { "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\n--b--\n",
      "multipart/digest message/rfc822 text/plain@1" },
    { MULTIPART "--b b\nContent-Type: message/rfc822\n\nSubject: x\n\nbody\n--b b\nContent-Type: "
                "message/rfc822\n\nSubject: y\n\n",
      "multipart/mixed message/rfc822 text/plain@1 message/rfc822 text/plain@3" },
    { "Content-Type: message/rfc822\n\nContent-Type: message/global\n\nSubject: x\n\n",
      "message/rfc822 message/global@0 text/plain@1" },
    { "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQ29udGVudC1UeXBlOiB0ZXh0L2h0bWwKCng=\n",
      "message/rfc822 text/html@0" },
    { "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nContent-Type: text/html\n\nnot base64 at "
      "all\n",
      "message/rfc822 text/html@0" },
    { "Content-Type: message/rfc822\nContent-Transfer-Encoding: binary\n\nContent-Type: text/html\n\n",
      "message/rfc822 text/html@0" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Parts) parts = parts_new((Span){ rows[i].message, strlen(rows[i].message) });
    g_autofree char *got = outline(parts);
    if (strcmp(got, rows[i].want) != 0) fail_msg("row %u: got %s, want %s", i, got, rows[i].want);
  }
}

static void a_part_has_its_name_charset_encoding_and_text(void **state)
{
  static const char message[] =
      "Content-Type: multipart/mixed; boundary=x\n\n"
      "--x\nContent-Type: text/plain; charset=\"iso-8859-1\"; name=\"Gr\\\"u.TXT\"\n"
      "Content-Transfer-Encoding: quoted-printable (why not)\n\nZ=FCrich\n"
      "--x\nContent-Disposition: attachment; filename=Report.ZIP\nContent-Type: application/zip; name=other\n\nPK\n"
      "--x\nContent-Type: text/html\n\n<p>one<p>two\n--x--\n";
  g_autoptr(Parts) parts = parts_new((Span){ message, strlen(message) });
  assert_int_equal(parts->all->len, 4);
  const Part *text = parts_at(parts, 1), *zip = parts_at(parts, 2), *page = parts_at(parts, 3);
  assert_string_equal(text->charset, "iso-8859-1");
  assert_string_equal(text->name, "gr\"u.txt");
  assert_string_equal(text->encoding, "quoted-printable");
  assert_string_equal(zip->name, "report.zip");
  g_autofree char *decoded = part_text(text, 1000), *words = part_text(page, 1000), *start = part_text(text, 1);
  assert_string_equal(decoded, "Zürich\n");
  assert_string_equal(words, "\none\ntwo\n");
  assert_string_equal(start, "Z");
  assert_false(part_is_message(text) || part_is_headers(text));
}

static void a_parameter_is_found_as_it_is_written(void **state)
{
  static const struct {
    const char *value, *name, *want;
  } rows[] = {
    { "a/b; boundary=c", "boundary", "c" },
    { "a/b;boundary=c;d=e", "d", "e" },
    { "a/b; BOUNDARY = \"c d\" ; e", "boundary", "c d" },
    { "a/b; x=\"boundary=no\"; boundary=yes", "boundary", "yes" },
    { "a/b; xboundary=no", "boundary", NULL },
    { "a/b", "boundary", NULL },
    { "a/b; boundary=\"never ends", "boundary", "never ends" },
    { "a/b; boundary=", "boundary", "" },
    { "boundary=first", "boundary", NULL },
    { "a/b;\r\n\tboundary=folded", "boundary", "folded" },
    { "a/b; c=\"\\\"\"; boundary=d", "boundary", "d" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const Field field = { { "Content-Type", 12 }, { rows[i].value, strlen(rows[i].value) } };
    g_autofree char *value = field_raw(&field), *got = value_parameter(value, rows[i].name);
    if (g_strcmp0(got, rows[i].want) != 0) fail_msg("row %u: got %s", i, got);
  }
}

static void parts_and_their_depth_are_bounded(void **state)
{
  g_autoptr(GString) many = g_string_new("Content-Type: multipart/mixed; boundary=x\n\n");
  g_autoptr(GString) deep = g_string_new(NULL);
  for (guint i = 0; i < 10 * PARTS_MOST; i++) g_string_append(many, "--x\n\ntext\n");
  g_autoptr(Parts) wide = parts_new((Span){ many->str, many->len });
  assert_int_equal(wide->all->len, PARTS_MOST);
  for (guint i = 0; i < 10 * PARTS_DEEPEST; i++) g_string_append(deep, "Content-Type: message/rfc822\n\n");
  g_autoptr(Parts) tall = parts_new((Span){ deep->str, deep->len });
  assert_int_equal(tall->all->len, PARTS_DEEPEST + 1);
}

static int setup(void **state)
{
  filter_init();
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(a_message_is_split_into_its_parts),
                                      cmocka_unit_test(a_part_has_its_name_charset_encoding_and_text),
                                      cmocka_unit_test(a_parameter_is_found_as_it_is_written),
                                      cmocka_unit_test(parts_and_their_depth_are_bounded) };
  return cmocka_run_group_tests(tests, setup, NULL);
}
