/* test_folder_name.c - folder names, to the wire and back
 * Owns:     the tables below.
 * Must not: touch the network.
 * Fails:    as a test.
 * Tests:    fetcher/imap/folder_name.c */
#include "fetcher/imap/folder_name.h"
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

static void test_both_ways(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
    g_autofree char *wire = folder_name_to_wire(pairs[i].name), *name = folder_name_from_wire(pairs[i].wire);
    assert_string_equal(wire, pairs[i].wire);
    assert_string_equal(name, pairs[i].name);
  }
}

static void test_refused(void **state)
{
  static const char *const names[] = { "a\rb", "a\nb", "\xff", "a\r\nA1 DELETE INBOX", "\xed\xa0\x80" };
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) assert_null(folder_name_to_wire(names[i]));
}

static void test_broken_wire(void **state)
{
  static const struct {
    const char *wire, *name;
  } rows[] = {
    { "&", "&" },         { "&APY", "&APY" },         { "&A-", "&A-" },           { "&!!!-", "&!!!-" },
    { "&2D0-", "&2D0-" }, { "Entw&rfe", "Entw&rfe" }, { "Entwürfe", "Entwürfe" }, { "a\xff", "a\xef\xbf\xbd" },
    { "&3gA-", "&3gA-" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *name = folder_name_from_wire(rows[i].wire);
    assert_true(g_utf8_validate(name, -1, NULL));
    assert_string_equal(name, rows[i].name);
  }
}

static void test_sent(void **state)
{
  static const struct {
    const char *name;
    char separator;
    gboolean sent;
  } rows[] = {
    { "Sent", '/', TRUE },
    { "SENT ITEMS", '/', TRUE },
    { "INBOX.Sent", '.', TRUE },
    { "INBOX.Sent", '/', FALSE },
    { "[Gmail]/Sent Mail", '/', TRUE },
    { "INBOX/Gesendete Elemente", '/', TRUE },
    { "E\xcc\x81le\xcc\x81ments envoye\xcc\x81s", '/', TRUE },
    { "ОТПРАВЛЕННЫЕ", 0, TRUE },
    { "送信済みメール", '/', TRUE },
    { "العناصر المرسلة", '/', TRUE },
    { "gönderilmiş öğeler", '/', TRUE },
    { "Sent/2023", '/', FALSE },
    { "Absent", '/', FALSE },
    { "Drafts", '/', FALSE },
    { "Outbox", '/', FALSE },
    { "", '/', FALSE },
    { "Sent/", '/', FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (folder_name_is_sent(rows[i].name, rows[i].separator) != rows[i].sent) print_error("row %u\n", i);
    assert_int_equal(folder_name_is_sent(rows[i].name, rows[i].separator), rows[i].sent);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_both_ways),
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_broken_wire),
    cmocka_unit_test(test_sent),
  };
  return cmocka_run_group_tests_name("folder_name", tests, NULL, NULL);
}
