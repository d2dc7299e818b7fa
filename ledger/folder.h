/* folder.h - how far each folder was read, and which folders hold sent mail. */
#pragma once
#include "ledger/ledger.h"

/* What a folder is read for. One folder may have several roles, each with a mark of its own. */
typedef enum {
  FOLDER_ROLE_SENT,
  FOLDER_ROLE_WATCHED,
  FOLDER_ROLE_QUARANTINE,
  FOLDER_ROLE_SWEEP,  /* an interrupted sweep goes on from its mark */
  FOLDER_ROLE_NUMBERS /* the messages of the folder have numbers from number.h */
} FolderRole;
/* "sent", as the table has it; static. */
const char *folder_role_name(FolderRole role);

typedef struct {
  guint32 validity; /* UIDVALIDITY, 0 = never seen */
  guint32 next;     /* the UID to go on from, 1 at first */
  gint64 oldest;    /* sent: date of the oldest message ever held, Unix seconds, 0 = none */
  gint64 synced;    /* sent: start of the last sync that read the folder to its end, 0 = never */
} FolderMark;
gboolean folder_mark_get(Ledger *ledger, const char *account, const char *folder, FolderRole role, FolderMark *mark,
                         GError **error);
gboolean folder_mark_set(Ledger *ledger, const char *account, const char *folder, FolderRole role,
                         const FolderMark *mark, GError **error);

/* Which of an account's folders hold its sent mail now (UTF-8 names). Other folders keep their sent mail in the ledger,
 * but no longer count for coverage. n 0: none, so that the account has no coverage. */
gboolean folder_use_sent(Ledger *ledger, const char *account, const char *const *folders, guint n, GError **error);
/* Which of them are watched for new mail now: none of these gives coverage, whatever it is used for besides. */
gboolean folder_use_watched(Ledger *ledger, const char *account, const char *const *folders, guint n, GError **error);
/* Does the first of these folders lie below the second ("Sent/2026", ".Sent.2026"), by any separator? */
gboolean folder_is_below(const char *name, const char *above);
