/* program.h - where our other programs are. */
#pragma once
#include <glib.h>

/* The path of a program that comes with this one: beside it (in the build folder), else in $(pkglibexecdir). NULL when
 * this installation has none of that name. The caller frees. */
char *program_find(const char *name);
