/* test_links.c - which domains the links of a text lead to
 * Owns:     a table of texts.
 * Must not: follow a link.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/links.c */
#include "filter/links.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static char *found_in(const char *text, gsize length)
{
  g_autoptr(GPtrArray) domains = g_ptr_array_new_with_free_func(g_free);
  links_collect(text, length, domains);
  assert_true(domains->len <= LINKS_MOST);
  g_ptr_array_add(domains, NULL);
  return g_strjoinv(" ", (char **)domains->pdata);
}

static void links_lead_to_what_somebody_registered(void **state)
{
  static const struct {
    const char *text, *want;
  } rows[] = {
    { "see http://www.Shop.example/a?b and https://shop.example.", "shop.example" },
    { "<a href=\"https://a.b.shop.co.uk:8443/\">", "shop.co.uk" },
    { "http://bücher.example/", "xn--bcher-kva.example" },
    { "href=3D\"http://long.na=\r\nme.example/\"", "name.example" },
    { "http://shop=\n.example/", "shop.example" },
    { "http:=2F=2Fshop.example", "shop.example" },
    { "http://bank.example@evil.example/", "evil.example" },
    { "http://192.0.2.1/ http://[2001:db8::1]/", "" },
    { "ftp://files.example mailto:a@b.example http:// https://localhost/ http://co.uk/", "" },
    { "http://a.example,http://b.example;(http://c.example)", "a.example b.example c.example" },
    { "http://evil.example\\.bank.example/", "evil.example" },
    { "http://a\x01.example/ http://a..example/", "" },
    { "", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *got = found_in(rows[i].text, strlen(rows[i].text));
    if (strcmp(got, rows[i].want) != 0) fail_msg("%s: got \"%s\", want \"%s\"", rows[i].text, got, rows[i].want);
  }
}

static void a_text_of_nothing_but_links_gives_a_few(void **state)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < 100000; i++) g_string_append_printf(text, "http://d%u.example/ ", i);
  g_autofree char *got = found_in(text->str, text->len);
  assert_true(g_str_has_prefix(got, "d0.example d1.example "));
  g_autofree char *one = g_strnfill(1 << 20, 'a');
  memcpy(one, "http://", 7);
  g_autofree char *none = found_in(one, 1 << 20);
  assert_string_equal(none, "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(links_lead_to_what_somebody_registered),
    cmocka_unit_test(a_text_of_nothing_but_links_gives_a_few),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
