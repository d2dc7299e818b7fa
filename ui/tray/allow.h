/* allow.h - the dialog that puts somebody on the allowlist, and says first what that means. */
#pragma once
#include "ui/tray/desk.h"

/* Opens the dialog about this entry. */
void allow_run(Desk *desk, GtkWindow *parent, gint64 id);
