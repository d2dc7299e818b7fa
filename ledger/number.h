/* number.h - UIDs for folders that give their messages none (Maildir, mbox, POP3), as IMAP gives them: ascending, never
 * used twice, the same for a message for as long as it lies there (RFC 3501, 2.3.1.1). */
#pragma once
#include "ledger/ledger.h"

typedef struct {
  guint32 uid;
  gint64 key; /* what the folder tells its messages apart by, see box.h */
} Number;

typedef struct {
  guint32 validity; /* changes when the numbers begin anew; 0: none were given yet */
  guint32 next;     /* the next one to be given */
  guint32 count;    /* how many messages have one */
  char *stamp;      /* what the folder looked like then; NULL */
} Numbering;
void numbering_clear(Numbering *numbering);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Numbering, numbering_clear)

/* What is known of the folder, without its numbers. */
gboolean numbering_get(Ledger *ledger, const char *account, const char *folder, Numbering *numbering, GError **error);
/* The numbers: GArray of Number by uid; the caller owns it. */
GArray *number_list(Ledger *ledger, const char *account, const char *folder, GError **error);
/* The folder as it is now, in one transaction, which does not wait for the disk (what is lost with it is given again,
 * and whatever was said of those numbers in the ledger is lost with them): `gone` have left it, `come` are new and get
 * numbers in their order, which are filled in. anew: all numbers are dropped first, and begin under a new validity.
 * numbering is brought up to date; its stamp becomes `stamp`. Nothing is written where nothing has changed. */
gboolean number_update(Ledger *ledger, const char *account, const char *folder, gboolean anew, const GArray *gone,
                       GArray *come, const char *stamp, Numbering *numbering, GError **error);
