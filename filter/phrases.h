/* phrases.h - what automatic reports say, in some twenty languages: one table, one search. */
#pragma once
#include "filter/fields.h"

typedef enum {
  PHRASE_FAILURE,   /* a message was not delivered */
  PHRASE_DELAY,     /* a message is late, and will be tried again */
  PHRASE_DELIVERED, /* a message arrived */
  PHRASE_AWAY,      /* out of office, acknowledgement: a machine answered */
  PHRASE_CHALLENGE, /* "confirm that you are a person" */
  PHRASE_VIRUS,     /* "your message contained a virus" */
  PHRASE_RECEIPT,   /* the last kind that makes a subject a candidate: "your message was read" */
  PHRASE_CUT,       /* the line before a returned message */
  PHRASE_NOTICE,    /* about mail to the reader, or for the keeper of a mail system */
  PHRASE_TO_YOU,    /* "sent to you": mail to the reader */
  PHRASE_GOODS,     /* goods that are delivered, and are no mail: parcels, orders, faxes, payments */
  PHRASE_MAIL,      /* mail, by its name */
  PHRASE_WRITER,    /* the name of a writer of reports: 5 a mail system, 3 its keeper, 1 another machine */
  PHRASE_KINDS
} PhraseKind;

/* Where a phrase counts. */
typedef enum {
  PHRASE_IN_SUBJECT = 1 << 0,
  PHRASE_IN_TEXT = 1 << 1,
  PHRASE_IN_LINE = 1 << 2,
  PHRASE_IN_FROM = 1 << 3
} PhrasePlace;

/* What was found: the sum of weights per kind, each phrase once, and the heaviest phrase of each kind (static, NULL).
 */
typedef struct {
  guint weight[PHRASE_KINDS];
  const char *best[PHRASE_KINDS];
  guint heaviest[PHRASE_KINDS];
} PhraseScore;

/* Builds the search index. Once per process, before the others. */
void phrases_init(void);
/* Adds the phrases found in folded text (see text_fold()) to score. Linear time. */
void phrases_score(const char *folded, gsize length, PhrasePlace place, PhraseScore *score);
/* The weight of all phrases about a delivery: failed, late or done. */
guint phrases_failing(const PhraseScore *score);
/* Is the line a cut mark, and does it look like one ("--- Original message ---") or does the line only say so
 * ("Original message:")? */
typedef enum { CUT_NONE, CUT_ANNOUNCED, CUT_RULED } CutMark;
CutMark phrases_cut(Span line);

/* The rows that are searched for (phrase_table.c). */
#define PHRASE_TABLE_MOST 2048

/* text: as text_fold() gives it, at least four bytes. weight: 5: only such reports say this; 3: typical of such
 * reports; 1: other mail says this too. */
typedef struct {
  const char *text;
  PhraseKind kind;
  guint weight;
  guint place; /* PhrasePlace */
} Phrase;

extern const Phrase phrase_table[];
extern const guint phrase_table_length;
