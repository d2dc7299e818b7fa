/* log.h - where log lines go: journald with fields when the standard error is the journal, else one line on it.
 *
 * Log with log_account(). Never a subject, an address, a user name or a secret. */
#pragma once
#include <glib.h>

/* Sends everything logged by this process there; program: the name at the start of a line. To be called once, first. */
void log_install(const char *program);
/* One line about an account (NULL: about the program). */
void log_account(GLogLevelFlags level, const char *account, const char *format, ...) G_GNUC_PRINTF(3, 4);
