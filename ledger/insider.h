/* insider.h - reports that the owner's own provider wrote, about mail that is not in Sent. */
#pragma once
#include "ledger/ledger.h"

/* From so many on, somebody else may be sending through the account. */
#define INSIDER_DAY 10
#define INSIDER_WEEK 30

typedef struct {
  guint day, week, month; /* in the last 1, 7 and 30 days before now, by when they came */
  gint64 last;            /* when the last of them came, Unix seconds; 0: none did */
  gboolean alarm;
} Insiders;
/* Counts those of account (NULL: of all accounts) that were judged. now: Unix seconds. */
gboolean insiders_count(Ledger *ledger, const char *account, gint64 now, Insiders *insiders, GError **error);
