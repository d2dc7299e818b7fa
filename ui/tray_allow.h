/* tray_allow.h - the dialog that puts somebody on the allowlist, and says first what that means. */
#pragma once
#include "ui/tray_desk.h"

/* About this entry. */
void allow_run(Desk *desk, GtkWindow *parent, gint64 id);
