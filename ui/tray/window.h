/* window.h - the window: its pages, the bar with Undo, the menu and the keys. */
#pragma once
#include "ui/tray/desk.h"
#include "ui/tray/review.h"

/* A new window, not shown yet. The application owns it until it is closed. */
GtkWidget *window_new(Desk *desk, GtkApplication *application);
/* page: "review", "statistics", "accounts", "preferences". */
void window_page(GtkWidget *window, const char *page);
gboolean window_shows_review(GtkWidget *window);
Review *window_review(GtkWidget *window);
