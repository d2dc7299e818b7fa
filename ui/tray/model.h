/* model.h - the list of entries as a GtkTreeModel that reads rows only when they are shown. */
#pragma once
#include "ui/model/pages.h"
#include <gtk/gtk.h>

#define TRAY_TYPE_MODEL (tray_model_get_type())
G_DECLARE_FINAL_TYPE(TrayModel, tray_model, TRAY, MODEL, GObject)

/* Columns: one string for each Cell, then the id (gint64). A model never announces rows: before the entries of pages
 * change, the view drops its model, and gets a new one afterwards. pages is borrowed. */
#define MODEL_ID CELLS
#define MODEL_COLUMNS (CELLS + 1)
TrayModel *tray_model_new(Pages *pages);
gint64 tray_model_id(TrayModel *model, GtkTreePath *path);
