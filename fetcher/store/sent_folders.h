/* sent_folders.h - which of a server's folders look like Sent. */
#pragma once
#include "fetcher/store/store.h"

/* No more than so many are read. */
#define SENT_FOLDERS_MOST 200

/* Why a folder looks like Sent. */
typedef enum {
  SENT_MARKED, /* SPECIAL-USE says so */
  SENT_NAMED,  /* it has a usual name (sent_names.h) */
  SENT_BELOW   /* it lies below one of these: "Sent/2026" */
} SentWhy;

typedef struct {
  const Folder *folder; /* borrowed */
  SentWhy why;
} SentFolder;

/* Folders that are something else. */
typedef struct {
  const char *const *watched; /* NULL-terminated */
  const char *quarantine;
  const char *trash; /* NULL: there is none */
} OtherFolders;

/* All that look like Sent, the most certain first, and of those below others the last name first: GArray of
 * SentFolder, which the caller owns. Never a folder of another person's or a shared one, nor what is watched, nor
 * quarantine, trash, drafts and junk and what lies below those. *left_out: how many look like Sent besides the
 * SENT_FOLDERS_MOST that are in the list. */
GArray *sent_folders(const GPtrArray *folders, const OtherFolders *others, guint *left_out);
