/* mbox.h - an mbox as a box (box/box.h). */
#pragma once
#include "fetcher/box/box.h"

/* path: absolute. Nothing is opened or made yet. */
Box *mbox_box_new(const char *path);
