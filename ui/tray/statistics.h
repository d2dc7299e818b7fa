/* statistics.h - the page that shows what has been going on. */
#pragma once
#include "ui/tray/desk.h"

/* Reads the ledger when it is shown, and again when that changes. */
GtkWidget *statistics_new(Desk *desk, GtkWindow *window);
