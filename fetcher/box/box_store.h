/* box_store.h - a Store (store.h) made of boxes (box.h): accounts of POP3, Maildir and mbox.
 *
 * Messages get UIDs from the ledger (ledger/number.h), which are the same for as long as they lie where they are.
 * Folders have no keywords, and only this machine knows the quarantine, so that no other moves a message into it. */
#pragma once
#include "fetcher/box/box.h"
#include "ledger/ledger.h"

typedef enum {
  BOX_WATCHED,
  BOX_SENT, /* only read; not listed again while its stamp is the same */
  BOX_QUARANTINE,
  BOX_TRASH,  /* folders() says so */
  BOX_RETURN, /* takes restored mail that cannot go back to where it was */
  BOX_OTHER   /* the owner has named this folder for a sweep */
} BoxUse;

/* Makes a box of a folder on this computer, as disk_box_new() does (disk/disk_box.h). */
typedef Box *(*BoxOpener)(const char *path, gboolean mbox_wanted);

/* ledger is borrowed for the life of the store; account is a name that the ledger knows. open: for the folders that the
 * owner names later. */
Store *box_store_new(Ledger *ledger, const char *account, BoxOpener open);
/* Adds a box, which the store owns from now on. A second box of the same name is freed. Only the first box of
 * BOX_QUARANTINE and of BOX_RETURN counts. Folders that the owner names later (a sweep) are added by the store itself.
 * */
void box_store_add(Store *store, Box *box, BoxUse use);
/* The first watched box; borrowed. */
Box *box_store_inbox(Store *store);
/* The UID of an item of the first watched box as it was listed last; 0: it has none. */
guint32 box_store_uid(Store *store, guint item);
/* Lists the first watched box without writing to the ledger, for a ledger that cannot be written: new messages then
 * have no UID. *validity: its UIDVALIDITY, 0 if not known. */
gboolean box_store_list(Store *store, guint32 *validity, GError **error);
