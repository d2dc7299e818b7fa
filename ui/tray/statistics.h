/* statistics.h - the page that shows what came in over time. */
#pragma once
#include "ui/tray/desk.h"

/* Reads the ledger when the page is shown, and again when the ledger changes. */
GtkWidget *statistics_new(Desk *desk, GtkWindow *window);
