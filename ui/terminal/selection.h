/* selection.h - which messages a command is about: ids, ranges of ids, and conditions. */
#pragma once
#include "ledger/wish.h"
#include "ui/terminal/ui.h"

/* The options by which messages are selected, and how the command goes on. Filled in by selection_entries. */
typedef struct {
  char *because, *since, *to, *account;
  gboolean dry_run, yes;
} SelectionOptions;
extern SelectionOptions selection_options;
/* For Command.also. */
extern const GOptionEntry selection_entries[];

/* What was selected. */
typedef struct {
  GArray *ids;   /* gint64, ascending */
  gboolean bulk; /* by ranges or conditions, not by ids alone */
} Selection;
void selection_clear(Selection *selection);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Selection, selection_clear)

/* Is argv understood, and does it or an option say which messages are meant? EX_OK, or EX_USAGE with a complaint. */
int selection_check(int argc, char **argv);
/* Reads argv (ids as "7", "120-140", "120-140,145") and the options. Of ranges and conditions only those messages are
 * taken that verb makes sense for, and that were not deleted; an id alone must exist, and verb must make sense for it.
 * FALSE with a complaint and *status. */
gboolean selection_make(Ledger *ledger, WishVerb verb, int argc, char **argv, Selection *selection, int *status);
