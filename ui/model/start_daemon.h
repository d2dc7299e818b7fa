/* start_daemon.h - having the filter started, or read its configuration anew. */
#pragma once
#include <gio/gio.h>

/* Starts the filter as the user's service, where there is one and the folders are the usual ones; else as a process of
 * its own, which goes on when this program ends. It is under way when this returns; done is called once (error NULL: it
 * was started). */
void daemon_start(const char *config_file, const char *data_dir, gboolean usual,
                  void (*done)(const GError *error, gpointer data), gpointer data);

/* Has the user's service read its configuration anew. done as above; with an error where there is no such service, or
 * it does not run: then the filter, if another one runs, is to be started anew. */
void daemon_reload(gboolean usual, void (*done)(const GError *error, gpointer data), gpointer data);
