/* maildir.h - a Maildir as a box (box/box.h). */
#pragma once
#include "fetcher/box/box.h"

/* path: absolute. Nothing is opened or made yet. */
Box *maildir_box_new(const char *path);
