/* menu.h - the menu of the icon: what waits, what needs the owner, and what can be done. */
#pragma once
#include "ui/tray/desk.h"

typedef struct TrayMenu TrayMenu;
TrayMenu *tray_menu_new(Desk *desk, GActionGroup *actions);
void tray_menu_free(TrayMenu *menu);
GtkMenu *tray_menu_widget(TrayMenu *menu);
/* The entry that a middle click on the icon activates. */
GtkWidget *tray_menu_first(TrayMenu *menu);
/* To be called after the desk's overview was read anew. */
void tray_menu_refresh(TrayMenu *menu);
