/* shelf.h - a box whose messages have UIDs: the box, what the ledger knows of its numbers, and how the two fit. */
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
  gboolean lazy;   /* the ledger remembers how the box looked, so that it need not be listed while it looks so */
  gboolean known;  /* numbering is as the ledger has it */
  gboolean listed; /* rows are as the box was when it looked as `stamp` says */
  gboolean failed; /* it was looked at in vain when it looked as `stamp` says (NULL: not even that could be told) */
  char *stamp;
  Numbering numbering;
  GArray *numbers; /* Number, by key */
  GArray *rows;    /* ShelfRow, by uid */
} Shelf;

/* box is the shelf's from now on. */
Shelf *shelf_new(Ledger *ledger, const char *account, Box *box, gboolean lazy);
void shelf_free(Shelf *shelf);

/* Looks how the box is now: numbering, and (rows TRUE, or not lazy) the rows. */
gboolean shelf_refresh(Shelf *shelf, gboolean rows, GError **error);
/* The next refresh lists the box again, whatever it looks like. */
void shelf_doubt(Shelf *shelf);
/* Does the box look other than when shelf_refresh() was tried last? After shelf_doubt(): yes. */
gboolean shelf_has_changed(const Shelf *shelf);
/* These need the rows. */
const ShelfRow *shelf_row(const Shelf *shelf, guint32 uid); /* NULL: there is none */
guint shelf_first(const Shelf *shelf, guint32 uid);         /* index of the first row with this UID or a higher one */
/* Of the item with this key after which `twins` more come that have it; 0: there is none. */
guint32 shelf_uid_of_key(const Shelf *shelf, gint64 key, guint twins);
