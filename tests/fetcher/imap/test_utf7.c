/* test_utf7.c - folder names, to the wire and back
 * Owns:     the tables below.
 * Must not: touch the network.
 * Fails:    as a test.
 * Tests:    fetcher/imap/utf7.c */
#include "fetcher/imap/utf7.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
  const char *name, *wire;
} pairs[] = {
  { "INBOX", "INBOX" },
  { "", "" },
  { "A & B", "A &- B" },
  { "&", "&-" },
  { "Gelöschte", "Gel&APY-schte" },
  { "~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-" },
  { "Éléments envoyés", "&AMk-l&AOk-ments envoy&AOk-s" },
  { "Отправленные", "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-" },
  { "😀", "&2D3eAA-" },
  { "a😀b", "a&2D3eAA-b" },
  { "\t\x7f", "&AAkAfw-" },
  { "ä-b", "&AOQ--b" },
};

static void names_are_the_same_after_both_ways(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
    g_autofree char *wire = utf7_encode(pairs[i].name), *name = utf7_decode(pairs[i].wire);
    assert_string_equal(wire, pairs[i].wire);
    assert_string_equal(name, pairs[i].name);
  }
}

static void a_name_with_a_line_break_or_broken_text_is_refused(void **state)
{
  static const char *const names[] = { "a\rb", "a\nb", "\xff", "a\r\nA1 DELETE INBOX", "\xed\xa0\x80" };
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) assert_null(utf7_encode(names[i]));
}

static void a_broken_name_of_the_server_is_shown_as_it_came(void **state)
{
  static const struct {
    const char *wire, *name;
  } rows[] = {
    { "&", "&" },         { "&APY", "&APY" },         { "&A-", "&A-" },           { "&!!!-", "&!!!-" },
    { "&2D0-", "&2D0-" }, { "Entw&rfe", "Entw&rfe" }, { "Entwürfe", "Entwürfe" }, { "a\xff", "a\xef\xbf\xbd" },
    { "&3gA-", "&3gA-" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *name = utf7_decode(rows[i].wire);
    assert_true(g_utf8_validate(name, -1, NULL));
    assert_string_equal(name, rows[i].name);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_are_the_same_after_both_ways),
    cmocka_unit_test(a_name_with_a_line_break_or_broken_text_is_refused),
    cmocka_unit_test(a_broken_name_of_the_server_is_shown_as_it_came),
  };
  return cmocka_run_group_tests_name("utf7", tests, NULL, NULL);
}
