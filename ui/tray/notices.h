/* notices.h - notifications: the desktop shows what ui/model/notices.h decides. */
#pragma once
#include "ui/tray/desk.h"

typedef struct Notices Notices;
/* seen: does the owner look at the list right now? */
Notices *notices_new(Desk *desk, GApplication *application, gboolean (*seen)(gpointer data), gpointer data);
void notices_free(Notices *notices);
