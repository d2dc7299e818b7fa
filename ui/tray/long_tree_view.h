/* long_tree_view.h - a GtkTreeView for long lists. */
#pragma once
#include <gtk/gtk.h>

#define TRAY_TYPE_LIST (tray_list_get_type())
G_DECLARE_FINAL_TYPE(TrayList, tray_list, TRAY, LIST, GtkTreeView)

/* name: what a screen reader says, a static text. It is given to the accessible object when somebody first asks for
 * that: while it exists, GTK announces every cell of every new model on it, which takes longer than all else. */
GtkWidget *tray_list_new(const char *name);
