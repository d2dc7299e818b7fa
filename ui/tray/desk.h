/* desk.h - what every part of the tray program shares: the ledger, how things stand, and who wants to know. */
#pragma once
#include "fetcher/config/config.h"
#include "ui/model/hold.h"
#include "ui/model/memory.h"
#include "ui/model/overview.h"
#include <gtk/gtk.h>

typedef struct Desk Desk;
struct Desk {
  const char *config_file, *data_dir; /* borrowed */
  gboolean usual;                     /* both are the default ones */
  Ledger *ledger;                     /* NULL: not there yet, or cannot be opened; overview.problem says why */
  Overview overview;
  Memory memory;
  NotificationMode notifications;
  char *start_problem; /* why the filter did not start when it was asked to, one sentence; NULL */
  Hold *hold;          /* NULL where there is no ledger */
  /* private */
  GPtrArray *watchers;
  GFileMonitor *monitor;
  guint soon, tick, starting;
  gint64 version;
  gboolean ran;
  gint64 paused;
};

/* Reads the overview, now and whenever the ledger changes. The caller frees. */
Desk *desk_new(const char *config_file, const char *data_dir, gboolean usual);
void desk_free(Desk *desk);

/* Calls changed(data) each time the overview was read again, until desk_unwatch(). */
typedef void (*DeskChanged)(gpointer data);
void desk_watch(Desk *desk, DeskChanged changed, gpointer data);
void desk_unwatch(Desk *desk, gpointer data);
/* Reads everything again and calls the watchers: to be called after a change made by this program. */
void desk_refresh(Desk *desk);

/* The owner has seen the list: its reports count as new no longer. */
void desk_looked(Desk *desk);
/* Asks the filter to look at the mail of every account now; *error: LEDGER_ERROR. */
gboolean desk_check_now(Desk *desk, GError **error);
/* Pauses the filter until then (Unix seconds), or lets it go on (0). */
gboolean desk_pause(Desk *desk, gint64 until, GError **error);
/* Reads the keys of the configuration that the window needs. */
void desk_read_config(Desk *desk);
/* Starts the filter, as a service if there is one. If it does not run a few seconds later, start_problem says so. */
void desk_start_filter(Desk *desk);
