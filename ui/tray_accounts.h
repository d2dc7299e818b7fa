/* tray_accounts.h - the page of accounts: how each of them is, and what to do about it. */
#pragma once
#include "ui/tray_desk.h"

GtkWidget *accounts_new(Desk *desk, GtkWindow *window);
