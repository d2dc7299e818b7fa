/* icon.h - the icon in the panel and its menu. Only icon.c knows the indicator library. */
#pragma once
#include "ui/tray/desk.h"

typedef struct Tray Tray;
/* The menu's entries activate actions of this group. hosted(data) is called when a panel takes the icon or leaves it.
 */
Tray *tray_new(Desk *desk, GActionGroup *actions, void (*hosted)(gpointer data), gpointer data);
void tray_free(Tray *tray);
/* Does a panel show the icon? */
gboolean tray_is_shown(const Tray *tray);
