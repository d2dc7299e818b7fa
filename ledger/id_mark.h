/* id_mark.h - right sides of Message-IDs that only the owner's mail has (rule 7 of doc/design/verdicts.md). */
#pragma once
#include "ledger/ledger.h"

/* Messages of the owner's that must have it, before it is a mark. */
#define ID_MARK_LEARNED 30

typedef enum {
  ID_MARK_GOOD,   /* it is a mark */
  ID_MARK_FEW,    /* too few messages have it so far */
  ID_MARK_SHARED, /* a received message had it, too */
  ID_MARK_DOMAIN, /* it is a mail domain of the owner's, or lies below or above one: whoever forges an address writes it
                   */
  ID_MARK_NO_HOST, /* it is no full name of a host */
} IdMarkState;
const char *id_mark_state_name(IdMarkState state); /* "good"; static */

typedef struct {
  char *side;
  guint count; /* messages of the owner's */
  IdMarkState state;
} IdMark;
void id_mark_free(IdMark *mark);
/* The sides that most of the owner's mail has, marks first, at most `most`; those of single messages are left out: list
 * of IdMark*. */
GPtrArray *id_marks(Ledger *ledger, guint most, GError **error);
