/* accounts.h - the page of accounts: the state of each, and what to do about a problem. */
#pragma once
#include "ui/tray/desk.h"

GtkWidget *accounts_new(Desk *desk, GtkWindow *window);
