/* error.h - an open ledger, and what can go wrong with it. */
#pragma once
#include <gio/gio.h>

#define LEDGER_ERROR (ledger_error_quark())
GQuark ledger_error_quark(void);
typedef enum {
  LEDGER_ERROR_OPEN,  /* the folder or file cannot be made or opened, or belongs to another user; or others can write to
                         the folder */
  LEDGER_ERROR_NEWER, /* written by a later Backstop */
  LEDGER_ERROR_FULL,  /* disk full */
  LEDGER_ERROR_BUSY,  /* another program held the ledger for too long */
  LEDGER_ERROR_DAMAGED, /* the file is not a ledger, or is corrupt */
  LEDGER_ERROR_MISSING, /* no such row */
  LEDGER_ERROR_REFUSED, /* the request makes no sense in the row's state, or an entry is not acceptable */
  LEDGER_ERROR_IO       /* anything else */
} LedgerError;

typedef struct Ledger Ledger;
