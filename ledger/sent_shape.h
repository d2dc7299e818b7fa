/* sent_shape.h - what a Sent folder is made of: from whom its mail is, of which days, with which ids. For this room
 * alone. */
#pragma once
#include "ledger/private.h"

/* What one batch adds to it. */
typedef struct {
  gint64 folder;
  char *patterns;      /* of the owner's addresses, see owner_patterns() */
  GHashTable *senders; /* address → Tally */
  GHashTable *days;    /* day → count */
  GHashTable *sides;   /* right side of an id → count */
} SentShape;

/* folder 0: only ids count, since what was handed over with `record` is no folder. */
gboolean sent_shape_init(SentShape *shape, Ledger *ledger, gint64 folder, GError **error);
void sent_shape_clear(SentShape *shape);
/* A message that the folder did not have; date: Unix seconds, 0 unknown. */
void sent_shape_note(SentShape *shape, const SentRow *row, gint64 date);
/* Writes what was noted, and forgets it. */
gboolean sent_shape_write(SentShape *shape, Ledger *ledger, GError **error);

/* The address patterns of every configured account; a bare "*" only of `account` itself and of accounts whose mail it
 * sends (account NULL: of none). The caller frees; NULL with error. */
char *owner_patterns(Ledger *ledger, const char *account, GError **error);
/* Is a bare "*" among the patterns, which says nothing about whose an address is? */
gboolean patterns_say_all(const char *patterns);

/* From whom a folder's mail is, by what the owner's addresses are now. */
typedef struct {
  gint64 own, strange, delivered; /* messages; all 0 where that was never counted */
  gint64 writers;                 /* addresses that the strange ones are from */
  gint64 oldest;                  /* of its own ones, and of those of before they were counted, Unix seconds; 0: none */
} FolderShape;
gboolean folder_shape(Ledger *ledger, gint64 folder, const char *patterns, FolderShape *shape, GError **error);

/* The right side of an id, "mail.example.org" of "x@Mail.example.org"; NULL where there is none, or none that could be
 * compared. The caller frees. */
char *id_side_of(const char *id);
/* How often a right side stands in ids of sent mail. */
gboolean id_side_count(Ledger *ledger, const char *id, gint64 *count, GError **error);
