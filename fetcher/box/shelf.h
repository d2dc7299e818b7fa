/* shelf.h - a box together with the UIDs that the ledger gives its messages. */
#pragma once
#include "fetcher/box/box.h"
#include "ledger/number.h"

typedef struct {
  guint32 uid;
  guint item; /* index into box->items */
} ShelfRow;

typedef struct {
  Ledger *ledger;      /* borrowed */
  const char *account; /* borrowed */
  Box *box;
  gboolean lazy;   /* the ledger keeps the stamp: no listing is needed while the stamp is the same */
  gboolean known;  /* numbering is as the ledger has it */
  gboolean listed; /* rows are as the box was when it looked as `stamp` says */
  gboolean looked; /* by this process, once at least */
  gboolean passed; /* see FolderStatus; until it is told */
  gboolean failed; /* the look at the box failed, when its stamp was `stamp` (NULL: not known either) */
  char *stamp;
  Numbering numbering;
  GArray *numbers; /* Number, by key */
  GArray *rows;    /* ShelfRow, by uid */
} Shelf;

/* The shelf owns box from now on. */
Shelf *shelf_new(Ledger *ledger, const char *account, Box *box, gboolean lazy);
void shelf_free(Shelf *shelf);

/* Brings the shelf up to date with the box: numbering, and the rows (if rows is TRUE, or the shelf is not lazy). */
gboolean shelf_refresh(Shelf *shelf, gboolean rows, GError **error);
/* The next refresh lists the box again, whatever it looks like. */
void shelf_doubt(Shelf *shelf);
/* Has the stamp of the box changed since the last shelf_refresh()? After shelf_doubt(): yes. */
gboolean shelf_has_changed(const Shelf *shelf);
/* These need the rows. */
const ShelfRow *shelf_row(const Shelf *shelf, guint32 uid); /* NULL: there is none */
guint shelf_first(const Shelf *shelf, guint32 uid);         /* index of the first row with this UID or a higher one */
/* The UID of the item with this key and this number of later twins; 0: there is none. */
guint32 shelf_uid_of_key(const Shelf *shelf, gint64 key, guint twins);
