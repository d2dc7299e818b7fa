/* disk_box.h - a folder of mail on this computer as a box (box/box.h): a Maildir or an mbox. */
#pragma once
#include "fetcher/box/box.h"

/* path: absolute. A regular file is an mbox, a folder is a Maildir; where nothing is there yet, mbox_wanted decides.
 * Nothing is opened or made yet. */
Box *disk_box_new(const char *path, gboolean mbox_wanted);
