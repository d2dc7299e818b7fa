/* phrase_table.h - the rows that phrases.c searches for. */
#pragma once
#include "filter/phrases.h"

#define PHRASE_TABLE_MOST 2048

/* text: as text_fold() gives it, at least four bytes. weight: 5 nothing but such a report says that, 3 typical, 1
 * also heard elsewhere. */
typedef struct {
  const char *text;
  PhraseKind kind;
  guint weight;
  guint place; /* PhrasePlace */
} Phrase;

extern const Phrase phrase_table[];
extern const guint phrase_table_length;
