/* test_exit.c - which error means which exit status
 * Owns:     nothing.
 * Must not: exit.
 * Fails:    by TAP.
 * Tests:    fetcher/common/exit.c */
#include "fetcher/common/exit.h"
#include "fetcher/config/config.h"
#include "fetcher/store/store.h"
#include "ledger/ledger.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the headers above first
#include <cmocka.h>

static void every_error_has_its_exit_status(void **state)
{
  const struct {
    GQuark domain;
    int code, status;
  } rows[] = {
    { CONFIG_ERROR, CONFIG_ERROR_MISSING, 78 },
    { CONFIG_ERROR, CONFIG_ERROR_EXPOSED, 78 },
    { CONFIG_ERROR, CONFIG_ERROR_INVALID, 78 },
    { LEDGER_ERROR, LEDGER_ERROR_OPEN, 73 },
    { LEDGER_ERROR, LEDGER_ERROR_NEWER, 73 },
    { LEDGER_ERROR, LEDGER_ERROR_DAMAGED, 73 },
    { LEDGER_ERROR, LEDGER_ERROR_FULL, 74 },
    { LEDGER_ERROR, LEDGER_ERROR_IO, 74 },
    { LEDGER_ERROR, LEDGER_ERROR_BUSY, 75 },
    { LEDGER_ERROR, LEDGER_ERROR_MISSING, 66 },
    { LEDGER_ERROR, LEDGER_ERROR_REFUSED, 65 },
    { LEDGER_ERROR, 4711, 70 },
    { STORE_ERROR, STORE_ERROR_LINK, 69 },
    { STORE_ERROR, STORE_ERROR_MAILBOX, 73 },
    { STORE_ERROR, STORE_ERROR_AUTH, 77 },
    { STORE_ERROR, STORE_ERROR_FATAL, 76 },
    { STORE_ERROR, STORE_ERROR_MESSAGE, 76 },
    { G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, 64 },
    { G_IO_ERROR, G_IO_ERROR_NOT_FOUND, 74 },
    { G_FILE_ERROR, G_FILE_ERROR_NOENT, 74 },
    { G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE, 70 },
  };
  assert_int_equal(exit_status(NULL), 0);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = g_error_new_literal(rows[i].domain, rows[i].code, "x");
    if (exit_status(error) != rows[i].status)
      fail_msg("%s %d: %d", g_quark_to_string(rows[i].domain), rows[i].code, exit_status(error));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(every_error_has_its_exit_status) };
  return cmocka_run_group_tests_name("exit", tests, NULL, NULL);
}
