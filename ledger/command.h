/* command.h - what the owner asked for at one time, as a whole: all of it is done or none, and it can be taken back. */
#pragma once
#include "ledger/newsender.h"
#include "ledger/wish.h"

/* Wishes of one verb about n entries as one command, all or none: ids (gint64) becomes those of the wishes, in the
 * order of entries. LEDGER_ERROR_REFUSED or MISSING with the first refusal. *command: its id. */
gboolean command_wish(Ledger *ledger, WishVerb verb, const gint64 *entries, guint n, GArray *ids, gint64 *command,
                      GError **error);

/* Own entries (newsender.h) of a command "allow", "deny" or "remove": what each was before is noted. entries:
 * NULL-terminated, normal forms. Call before they are changed. */
gboolean command_note_entries(Ledger *ledger, const char *verb, const char *const *entries, GError **error);

/* A command that was not taken back yet. */
typedef struct {
  gint64 id, made;
  char *verb;         /* of wishes as wish_verb_name(); "allow", "deny", "remove" */
  gboolean of_wishes; /* else it is about own entries */
  GPtrArray *wishes;  /* Wish*: all of them that are still known */
  GPtrArray *entries; /* char*: the own entries */
} OwnerCommand;
void command_free(OwnerCommand *command);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OwnerCommand, command_free)
/* The last one; NULL without error: there is none. */
OwnerCommand *command_last(Ledger *ledger, GError **error);

/* What taking it back does, or did. */
typedef struct {
  guint cancelled; /* wishes that were still open: nothing has happened */
  guint reversed;  /* wishes that were done, and now have one for the opposite */
  guint lost;      /* that cannot be taken back: their messages are gone, or lie elsewhere */
  guint entries;   /* own entries that are as they were before */
  GArray *wishes;  /* ids (gint64) of the opposite ones */
} Undoing;
void undoing_clear(Undoing *undoing);
/* Takes it back, in one transaction: open wishes are cancelled; what was restored goes back into quarantine, what was
 * deleted is restored from the trash, what was put back into quarantine is restored; own entries become what they were.
 * It is no command itself: the next one to be taken back is the one before. */
gboolean command_undo(Ledger *ledger, const OwnerCommand *command, Undoing *undoing, GError **error);
