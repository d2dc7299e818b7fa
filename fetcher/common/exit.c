/* exit.c - which error means which exit status.
 * Owns:     the mapping.
 * Must not: exit.
 * Fails:    never; an unknown error is EX_SOFTWARE.
 * Tests:    tests/fetcher/common/test_exit.c */
#include "fetcher/common/exit.h"
#include "fetcher/config/config.h"
#include "fetcher/store/store.h"
#include "ledger/ledger.h"
#include <sysexits.h>

static int ledger_status(int code)
{
  switch (code) {
  case LEDGER_ERROR_OPEN:
  case LEDGER_ERROR_NEWER:
  case LEDGER_ERROR_DAMAGED: return EX_CANTCREAT;
  case LEDGER_ERROR_FULL:
  case LEDGER_ERROR_IO: return EX_IOERR;
  case LEDGER_ERROR_BUSY: return EX_TEMPFAIL;
  case LEDGER_ERROR_MISSING: return EX_NOINPUT;
  case LEDGER_ERROR_REFUSED: return EX_DATAERR;
  default: return EX_SOFTWARE;
  }
}

static int store_status(int code)
{
  switch (code) {
  case STORE_ERROR_LINK: return EX_UNAVAILABLE;
  case STORE_ERROR_MAILBOX: return EX_CANTCREAT;
  case STORE_ERROR_LATER: return EX_TEMPFAIL;
  case STORE_ERROR_AUTH: return EX_NOPERM;
  default: return EX_PROTOCOL;
  }
}

/* Compares the name of the domain, since the supervisor must not use GIO. */
static gboolean is_io_error(const GError *error)
{
  return error->domain == G_FILE_ERROR || g_str_equal(g_quark_to_string(error->domain), "g-io-error-quark");
}

int exit_status(const GError *error)
{
  if (error == NULL) return EX_OK;
  if (error->domain == CONFIG_ERROR) return EX_CONFIG;
  if (error->domain == LEDGER_ERROR) return ledger_status(error->code);
  if (error->domain == STORE_ERROR) return store_status(error->code);
  if (error->domain == G_OPTION_ERROR) return EX_USAGE;
  if (is_io_error(error)) return EX_IOERR;
  return EX_SOFTWARE;
}
