/* detail.h - the pane that explains one entry: Why, Original, Raw. Plain text only. */
#pragma once
#include "ui/tray/desk.h"

typedef struct Detail Detail;
/* Lives as long as its widget. */
Detail *detail_new(Desk *desk);
GtkWidget *detail_widget(Detail *detail);
/* Shows this entry; id 0: none. selected: how many entries are selected. */
void detail_show(Detail *detail, gint64 id, guint selected);
void detail_focus(Detail *detail);
