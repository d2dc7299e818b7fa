/* exit.h - exit statuses of backstop and backstopd (those of sysexits.h), and which error means which.
 *
 *    0 done                    73 folder or ledger cannot be made      76 server refused: certificate, TLS, protocol
 *   64 usage                   74 disk full, or input and output       77 sign-in refused
 *   65 makes no sense now      75 busy: try again                      78 configuration
 *   66 no such thing           69 server not reachable                 70 anything else */
#pragma once
#include <glib.h>

/* CONFIG_ERROR_*: 78. LEDGER_ERROR_*: OPEN, NEWER, DAMAGED 73, FULL, IO 74, BUSY 75, MISSING 66,
 * REFUSED 65. STORE_ERROR_*: LINK 69, MAILBOX 73, LATER 75, AUTH 77, FATAL 76, MESSAGE 76.
 * G_OPTION_ERROR: 64. G_IO_ERROR, G_FILE_ERROR: 74. */
int exit_status(const GError *error);
