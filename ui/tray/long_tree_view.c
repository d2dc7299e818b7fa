/* long_tree_view.c - a GtkTreeView for long lists
 * Owns:     the moment at which its accessible object gets its name.
 * Must not: know what it lists.
 * Fails:    never.
 * Tests:    tests/ui/tray/test_window.py, tests/bench/tray.py */
#include "ui/tray/long_tree_view.h"

struct _TrayList {
  GtkTreeView parent;
  const char *name;
};

G_DEFINE_TYPE(TrayList, tray_list, GTK_TYPE_TREE_VIEW)

static AtkObject *get_accessible(GtkWidget *widget)
{
  AtkObject *accessible = GTK_WIDGET_CLASS(tray_list_parent_class)->get_accessible(widget);
  if (accessible != NULL && accessible->name == NULL) atk_object_set_name(accessible, TRAY_LIST(widget)->name);
  return accessible;
}

static void tray_list_class_init(TrayListClass *class) { GTK_WIDGET_CLASS(class)->get_accessible = get_accessible; }

static void tray_list_init(TrayList *self) {}

GtkWidget *tray_list_new(const char *name)
{
  TrayList *self = g_object_new(TRAY_TYPE_LIST, NULL);
  self->name = name;
  return GTK_WIDGET(self);
}
