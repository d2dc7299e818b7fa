/* long_tree_view.h - a GtkTreeView for long lists. */
#pragma once
#include <gtk/gtk.h>

#define TRAY_TYPE_LIST (tray_list_get_type())
G_DECLARE_FINAL_TYPE(TrayList, tray_list, TRAY, LIST, GtkTreeView)

/* name: what a screen reader says, a static text. The accessible object gets its name when somebody first asks for the
 * object. FALSE: "name it at once": while the object exists, GTK announces every cell of every new model, which takes
 * longer than everything else. */
GtkWidget *tray_list_new(const char *name);
