/* start_daemon.h - starting the filter. */
#pragma once
#include <gio/gio.h>

/* Starts the filter as the user's service, if there is one and the folders are the usual ones; else as a process of its
 * own, which goes on when this program ends. Returns at once; done is called once, later (error NULL: the filter was
 * started). */
void daemon_start(const char *config_file, const char *data_dir, gboolean usual,
                  void (*done)(const GError *error, gpointer data), gpointer data);
