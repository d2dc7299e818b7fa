/* model.c - the list of entries as a GtkTreeModel
 * Owns:     the mapping of rows to pages.
 * Must not: hold rows; read what is not asked for.
 * Fails:    never; a row that cannot be read is empty.
 * Tests:    tests/ui/tray/test_tray_window.c */
#include "ui/tray/model.h"

struct _TrayModel {
  GObject parent;
  Pages *pages;
  int stamp;
};

static void implement(GtkTreeModelIface *iface);
G_DEFINE_TYPE_WITH_CODE(TrayModel, tray_model, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE(GTK_TYPE_TREE_MODEL, implement))

static GtkTreeModelFlags get_flags(GtkTreeModel *model)
{
  return GTK_TREE_MODEL_LIST_ONLY | GTK_TREE_MODEL_ITERS_PERSIST;
}

static gint get_n_columns(GtkTreeModel *model) { return MODEL_COLUMNS; }

static GType get_column_type(GtkTreeModel *model, gint column)
{
  return column == MODEL_ID ? G_TYPE_INT64 : G_TYPE_STRING;
}

static guint index_of(const GtkTreeIter *iter) { return GPOINTER_TO_UINT(iter->user_data); }

static gboolean set_iter(TrayModel *self, GtkTreeIter *iter, gint index)
{
  gboolean there = index >= 0 && (guint)index < pages_count(self->pages);
  *iter = (GtkTreeIter){ .stamp = there ? self->stamp : 0, .user_data = GUINT_TO_POINTER((guint)index) };
  return there;
}

static gboolean get_iter(GtkTreeModel *model, GtkTreeIter *iter, GtkTreePath *path)
{
  return gtk_tree_path_get_depth(path) == 1 && set_iter(TRAY_MODEL(model), iter, gtk_tree_path_get_indices(path)[0]);
}

static GtkTreePath *get_path(GtkTreeModel *model, GtkTreeIter *iter)
{
  return gtk_tree_path_new_from_indices((gint)index_of(iter), -1);
}

static void get_value(GtkTreeModel *model, GtkTreeIter *iter, gint column, GValue *value)
{
  Pages *pages = TRAY_MODEL(model)->pages;
  g_value_init(value, get_column_type(model, column));
  if (column == MODEL_ID)
    g_value_set_int64(value, pages_id(pages, index_of(iter)));
  else
    g_value_set_string(value, pages_cell(pages, index_of(iter), (Cell)column));
}

static gboolean iter_next(GtkTreeModel *model, GtkTreeIter *iter)
{
  return set_iter(TRAY_MODEL(model), iter, (gint)index_of(iter) + 1);
}

static gboolean iter_previous(GtkTreeModel *model, GtkTreeIter *iter)
{
  return set_iter(TRAY_MODEL(model), iter, (gint)index_of(iter) - 1);
}

static gboolean iter_children(GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *parent)
{
  return parent == NULL && set_iter(TRAY_MODEL(model), iter, 0);
}

static gboolean iter_has_child(GtkTreeModel *model, GtkTreeIter *iter) { return FALSE; }

static gint iter_n_children(GtkTreeModel *model, GtkTreeIter *iter)
{
  return iter == NULL ? (gint)pages_count(TRAY_MODEL(model)->pages) : 0;
}

static gboolean iter_nth_child(GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *parent, gint n)
{
  return parent == NULL && set_iter(TRAY_MODEL(model), iter, n);
}

static gboolean iter_parent(GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *child) { return FALSE; }

static void implement(GtkTreeModelIface *iface)
{
  iface->get_flags = get_flags;
  iface->get_n_columns = get_n_columns;
  iface->get_column_type = get_column_type;
  iface->get_iter = get_iter;
  iface->get_path = get_path;
  iface->get_value = get_value;
  iface->iter_next = iter_next;
  iface->iter_previous = iter_previous;
  iface->iter_children = iter_children;
  iface->iter_has_child = iter_has_child;
  iface->iter_n_children = iter_n_children;
  iface->iter_nth_child = iter_nth_child;
  iface->iter_parent = iter_parent;
}

static void tray_model_class_init(TrayModelClass *class) {}

static void tray_model_init(TrayModel *self) { self->stamp = g_random_int_range(1, G_MAXINT); }

TrayModel *tray_model_new(Pages *pages)
{
  TrayModel *self = g_object_new(TRAY_TYPE_MODEL, NULL);
  self->pages = pages;
  return self;
}

gint64 tray_model_id(TrayModel *self, GtkTreePath *path)
{
  return pages_id(self->pages, (guint)gtk_tree_path_get_indices(path)[0]);
}
