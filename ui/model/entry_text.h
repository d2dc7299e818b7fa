/* entry_text.h - an entry in words, for the window: the lines of its three pages, and whether it can be restored. */
#pragma once
#include "ledger/journal.h"
#include "ledger/sent.h"
#include "ledger/wish.h"
#include "ui/common/trust_words.h"

/* Words in the user's language; static. */
const char *entry_text_verdict(VerdictCode verdict); /* "backscatter" */
const char *entry_text_state(MoveState state);       /* "in quarantine" */

/* A line for people. The style says how the line may be drawn; the text says everything without it. */
typedef enum { LINE_TITLE, LINE_HEADING, LINE_FOR, LINE_AGAINST, LINE_NEUTRAL, LINE_FIELD, LINE_PLAIN } LineStyle;
typedef struct {
  LineStyle style;
  char *name; /* of LINE_FIELD; else NULL */
  char *text; /* harmless (shown.h) */
} TextLine;
void text_line_free(TextLine *line);

/* What is known now beside the entry; anything may be NULL: not known, or none. */
typedef struct {
  const Wish *wish;                             /* the newest request about the entry */
  const Healing *healing;                       /* what came of judging it again */
  gboolean coming;                              /* an open request brings it back by itself */
  const GPtrArray *coverage, *tests, *accounts; /* Coverage*, CoverageTest*, Account* */
} TextContext;
/* Lists of TextLine*. */
GPtrArray *entry_text_why(const Entry *entry, const TextContext *context);
GPtrArray *entry_text_original(const Entry *entry);
/* What the ledger holds of the message itself. */
GPtrArray *entry_text_kept(const Entry *entry);
/* The lines as text, one below the other: for programs that read the screen, and for tests. */
char *entry_text_join(const GPtrArray *lines);

/* Can this entry be restored (or deleted) now? */
gboolean entry_text_can_restore(const Entry *entry);
/* "“Sent” knows all mail sent from me@example.org since 3 March 2019", or why the folder says nothing of what was sent.
 * The caller frees. */
char *entry_text_coverage(const Coverage *coverage, const char *addresses);
