/* test_sent_names.c - which folder names mean Sent
 * Owns:     the tables below.
 * Must not: touch the network.
 * Fails:    as a test.
 * Tests:    fetcher/store/sent_names.c */
#include "fetcher/store/sent_names.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_sent_folder_is_known_by_its_usual_names(void **state)
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
    if (sent_name_matches(rows[i].name, rows[i].separator) != rows[i].sent) print_error("row %u\n", i);
    assert_int_equal(sent_name_matches(rows[i].name, rows[i].separator), rows[i].sent);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(a_sent_folder_is_known_by_its_usual_names) };
  return cmocka_run_group_tests_name("sent_names", tests, NULL, NULL);
}
