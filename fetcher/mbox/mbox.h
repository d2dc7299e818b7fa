/* mbox.h - an mbox as a box (box/box.h). */
#pragma once
#include "fetcher/box/box.h"

/* path: absolute. Nothing is opened or made yet. */
Box *mbox_box_new(const char *path);
/* Where mbox boxes keep notes of a change to a file that cannot be replaced (/var/mail/USER): a folder of the owner's.
 * Without this call, they change no such file. */
void mbox_keep_notes_in(const char *folder);
