/* never_used.h - reports that came to addresses of the owner's from which no mail is known to have left: who sends to a
 * domain by guessing names, or forges them, shows here. */
#pragma once
#include "ledger/ledger.h"

typedef struct {
  char *address;
  guint count;           /* reports that were judged */
  gint64 first, last;    /* Unix seconds */
  gboolean receive_only; /* the owner says that nothing is sent from there */
} NeverUsed;
void never_used_free(NeverUsed *never);
/* The addresses that got most of them, at most `most`; those from which mail was found since are left out. *all: how
 * many there are. List of NeverUsed*. */
GPtrArray *never_used_list(Ledger *ledger, guint most, guint *all, GError **error);
