/* unlisted.h - bounces to addresses that no account lists: nobody knows what was sent from these. */
#pragma once
#include "ledger/ledger.h"

/* From so many on, the owner should hear which pattern would cover them. */
#define UNLISTED_TELL 10

typedef struct {
  char *domain; /* "*@my.example" lists its addresses */
  guint count;  /* reports that were judged */
  gint64 last;  /* Unix seconds */
} Unlisted;
void unlisted_free(Unlisted *unlisted);
/* Domains with at least `least` of them, the most first: list of Unlisted*. */
GPtrArray *unlisted_list(Ledger *ledger, guint least, GError **error);
