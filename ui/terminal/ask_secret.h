/* ask_secret.h - asking for a password. */
#pragma once
#include <glib.h>

/* Reads one line of the standard input into line, without its end; on a terminal asks for it on the standard error and
 * does not show what is typed. line has room for size bytes and is the caller's to wipe. -1 with error set: nothing
 * could be read, the line does not fit (G_FILE_ERROR), or it was interrupted (G_FILE_ERROR_INTR: the signal to die of
 * is in *interrupted). */
gssize ui_ask_secret(const char *question, char *line, gsize size, int *interrupted, GError **error);
