/* private.h - what the files of the store that is made of boxes share; nobody else includes it. */
#pragma once
#include "fetcher/box/box_store.h"
#include "fetcher/box/shelf.h"

typedef struct {
  Shelf *shelf;
  BoxUse use;
} BoxSlot;

typedef struct {
  Store base;
  Ledger *ledger;
  char *account;
  GArray *slots; /* BoxSlot */
  Shelf *open;   /* NULL: no folder is selected */
  BoxOpener open_box;
  int inotify; /* -1: not listening yet */
} BoxStore;

/* box_store_slots.c: the box of this name; NULL. */
BoxSlot *box_store_known(const BoxStore *store, const char *name);
/* The first box of this use; NULL. */
Shelf *box_store_first(const BoxStore *store, BoxUse use);
/* The box of this name, which may be the path of a folder that was not named before; MAILBOX when there is none. */
BoxSlot *box_store_slot(BoxStore *store, const char *name, GError **error);
/* The open folder's rows are there; MAILBOX when no folder is open. */
gboolean box_store_need_open(const BoxStore *store, GError **error);

/* box_store_flags.c: slots of the StoreClass */
gboolean box_mark(Store *base, const guint32 *uids, guint n, Mark mark, GError **error);
gboolean box_claim(Store *base, const guint32 *uids, guint n, GArray *claimed, GError **error);
gboolean box_prized(Store *base, const guint32 *uids, guint n, GArray *prized, GError **error);

/* box_store_move.c: slots of the StoreClass */
gboolean box_move(Store *base, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error);
gboolean box_copy(Store *base, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error);
gboolean box_remove(Store *base, const guint32 *uids, guint n, GError **error);
gboolean box_sync(Store *base, const char *name, GError **error);

/* box_store_wait.c: a slot of the StoreClass */
gboolean box_wait(Store *base, const int *wake, guint n, gboolean *changed, GError **error);
