/* log.h - where log lines go: journald with fields when the standard error is the journal, else one line on it.
 *
 * Never a subject, an address, a user name or a secret. Control characters in what is logged become spaces. */
#pragma once
#include <glib.h>

/* The subject of a line; unknown members stay NULL or 0. In the journal: BACKSTOP_ACCOUNT, BACKSTOP_FOLDER,
 * BACKSTOP_UID, BACKSTOP_CODE. */
typedef struct {
  const char *account; /* as in [account NAME] */
  const char *folder;
  guint32 uid;
  const char *code; /* a word for programs, "store-auth": what happened, in no human language */
} LogAbout;

/* Sends everything that this process logs there. program: the name at the start of a line. Call it once, before
 * anything else. */
void log_install(const char *program);
/* One line: log_about(G_LOG_LEVEL_WARNING, (LogAbout){ .account = name, .folder = folder }, "..."). */
void log_about(GLogLevelFlags level, LogAbout about, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Logs an error as a warning: its message, and its code if about has no code. */
void log_problem(LogAbout about, const GError *problem);
/* One line about an account (NULL: about the program). */
void log_account(GLogLevelFlags level, const char *account, const char *format, ...) G_GNUC_PRINTF(3, 4);
