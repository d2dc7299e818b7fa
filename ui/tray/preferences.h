/* preferences.h - the page of preferences; each choice is written to the configuration at once. */
#pragma once
#include "ui/tray/desk.h"

GtkWidget *preferences_new(Desk *desk, GtkWindow *window);
