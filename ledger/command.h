/* command.h - what the owner asked for at one time, as a whole: all of the command is done or nothing, and the command
 * can be taken back. */
#pragma once
#include "ledger/newsender.h"
#include "ledger/wish.h"

/* Adds requests of one verb about n entries as one command, all or none: ids (gint64) becomes the ids of the requests,
 * in the order of entries. LEDGER_ERROR_REFUSED or MISSING with the first refusal. *command: the id of the command. */
gboolean command_wish(Ledger *ledger, WishVerb verb, const gint64 *entries, guint n, GArray *ids, gint64 *command,
                      GError **error);

/* The same as far as the requests make sense, as the window asks for them: ids holds 0 for a refused one, *refusal the
 * sentence of the first refusal, NULL: none. *command: 0 for a new command; else they are added to this one. */
gboolean command_wish_some(Ledger *ledger, WishVerb verb, const gint64 *entries, guint n, GArray *ids, char **refusal,
                           gint64 *command, GError **error);

/* Own entries (newsender.h) of a command "allow", "deny" or "remove": the state of each entry before the command is
 * noted. entries: NULL-terminated, normal forms. Call this before the entries are changed. */
gboolean command_note_entries(Ledger *ledger, const char *verb, const char *const *entries, GError **error);

/* A command that was not taken back yet. */
typedef struct {
  gint64 id, made;
  char *verb;         /* wish_verb_name() if the command is about messages; else "allow", "deny", "remove" */
  gboolean of_wishes; /* FALSE: the command is about own entries */
  GPtrArray *wishes;  /* Wish*: all requests of the command that are still known */
  GPtrArray *entries; /* char*: the own entries */
} OwnerCommand;
void command_free(OwnerCommand *command);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OwnerCommand, command_free)
/* The last command; NULL without error: there is no command. */
OwnerCommand *command_last(Ledger *ledger, GError **error);

/* This command; NULL without error where it is not known, or was taken back. */
OwnerCommand *command_get(Ledger *ledger, gint64 id, GError **error);

/* What taking a command back does, or did. */
typedef struct {
  guint cancelled; /* requests that were still open: nothing has happened */
  guint reversed;  /* requests that were done, and now have an opposite request */
  guint lost;      /* requests that cannot be taken back: their messages are gone, or lie elsewhere */
  guint entries;   /* own entries that are as they were before */
  GArray *wishes;  /* ids (gint64) of the opposite requests */
} Undoing;
void undoing_clear(Undoing *undoing);
/* Takes the command back, in one transaction: open requests are cancelled; messages that were restored go back into
 * quarantine, messages that were deleted are restored from the trash, messages that were put back into quarantine are
 * restored; own entries become what they were. Taking back is no command itself: the next call of command_last() gives
 * the command before. */
gboolean command_undo(Ledger *ledger, const OwnerCommand *command, Undoing *undoing, GError **error);
