/* accounts.h - the page of accounts: how each of them is, and what to do about it. */
#pragma once
#include "ui/tray/desk.h"

GtkWidget *accounts_new(Desk *desk, GtkWindow *window);
