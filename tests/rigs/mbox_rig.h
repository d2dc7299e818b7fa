/* mbox_rig.h - what the tests of the mbox box share: a folder under /tmp, mboxes in it, and what a box makes of them.
 */
#pragma once
#include "fetcher/box/program_box.h"
#include "fetcher/disk/disk_box.h"
#include "fetcher/maildir/maildir.h"
#include "fetcher/mbox/mbox.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the headers above first
#include <cmocka.h>

#define FROM "From me@example.org Thu Nov 20 21:28:48 2025\n"

/* For cmocka_run_group_tests(). */
int rig_set_up(void **state);
int rig_tear_down(void **state);
/* A path in the folder; the caller frees. */
char *rig_path(const char *name);
/* The same, with this file there; length -1: text ends with NUL. */
char *rig_file(const char *name, const char *text, gssize length);
/* The octets of a file must be these. */
void rig_expect_file(const char *path, const char *text, gssize length);
/* The whole file; the caller frees. */
GString *rig_contents(const char *path);
/* list() must succeed. */
void rig_list(Box *box);
/* list(), then all messages, each followed by '|', must be these. */
void rig_expect(Box *box, const char *want);
/* One item, read whole; NULL when the callback was not called. */
GBytes *rig_read(Box *box, guint item, BoxPart part, gsize limit, GError **error);
/* A file without name that holds this. */
int rig_spool(const char *text, gssize length);
/* Runs `run` in a process of its own; gives its pid. It is to return its exit status. */
pid_t rig_fork(int (*run)(gpointer data), gpointer data);
/* Waits for it; its exit status. */
int rig_wait(pid_t pid);
