/* program.h - where the other programs of Backstop are, and what they agree on. */
#pragma once
#include <glib.h>

/* The descriptor under which every worker gets the daemon's lock from the supervisor. */
#define PROGRAM_LOCK 3
/* The same for the configuration, as the supervisor read it: whatever becomes of the file meanwhile, all workers run by
 * what the daemon says that it runs by. */
#define PROGRAM_CONFIG 4

/* The path of a program that comes with this one: in the same folder (a build folder), else in $(pkglibexecdir). NULL:
 * this installation has no such program. The caller frees. */
char *program_find(const char *name);
/* The path of backstopd: in the same folder as this program, else in $(bindir), whether it is there or not. The caller
 * frees. */
char *program_find_daemon(void);
