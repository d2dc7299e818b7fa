/* box_rig.h - what a store made of boxes holds, and a box that removes late, for tests. */
#pragma once
#include "fetcher/box/box_store.h"
#include "tests/rigs/mbox_rig.h"

/* A ledger in memory with the account "home". The caller closes it. */
Ledger *box_rig_ledger(void);
/* Writes a file below path. */
void box_rig_put(const char *path, const char *part, const char *text);
/* The path of an empty Maildir; the caller frees it. */
char *box_rig_maildir(const char *name);
/* Selects a folder, which must succeed. */
FolderStatus box_rig_open(Store *store, const char *name);
/* For scan(): appends "UID:first header line " to a GString; "UID:unreadable " where there is none. */
void box_rig_note(const ScanRow *row, gpointer data);
/* UIDs and first header lines of a folder, sorted, must be these: "1:A 2:B". */
void box_rig_expect(Store *store, const char *folder, const char *want);

/* A box in memory, as POP3 is one: what is removed is there until commit(). texts: "KEY-text", ends with NULL. */
Box *late_box_new(const char *const *texts);
