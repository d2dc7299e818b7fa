/* error.h - an open ledger, and what can go wrong with it. */
#pragma once
#include <gio/gio.h>

#define LEDGER_ERROR (ledger_error_quark())
GQuark ledger_error_quark(void);
typedef enum {
  LEDGER_ERROR_OPEN,    /* folder or file cannot be made or opened, is another user's, or the folder can be written by
                           others */
  LEDGER_ERROR_NEWER,   /* written by a later Backstop */
  LEDGER_ERROR_FULL,    /* disk full */
  LEDGER_ERROR_BUSY,    /* another program held it for too long */
  LEDGER_ERROR_DAMAGED, /* not a ledger, or corrupt */
  LEDGER_ERROR_MISSING, /* no such row */
  LEDGER_ERROR_REFUSED, /* the request makes no sense in the row's state, or an entry is not acceptable */
  LEDGER_ERROR_IO       /* anything else */
} LedgerError;

typedef struct Ledger Ledger;
