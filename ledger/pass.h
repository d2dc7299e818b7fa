/* pass.h - the passes over an account: progress while one runs, and how the last ones went. */
#pragma once
#include "ledger/ledger.h"

typedef struct {
  gint64 id;
  char *account;
  gint64 started, ended;       /* ended 0: still running, or killed */
  guint sent_done, sent_total; /* sent messages indexed in this pass */
  guint scanned, scan_total;   /* messages looked at in the watched folders */
  guint candidates, genuine, backscatter, unsure, waiting, moved;
  char *error; /* NULL when the pass went well */
} Pass;
void pass_free(Pass *pass);
/* pass->account set: a new row, id and started filled in. */
gboolean pass_begin(Ledger *ledger, Pass *pass, gint64 now, GError **error);
/* Writes all counters. The caller calls this once a second at most. */
gboolean pass_update(Ledger *ledger, const Pass *pass, GError **error);
/* Writes counters, ended, error; on success account.last_pass too. Keeps the last 100 passes per account. */
gboolean pass_end(Ledger *ledger, Pass *pass, gint64 now, const char *problem, GError **error);
/* The newest pass of account, NULL without error when there was none. */
Pass *pass_last(Ledger *ledger, const char *account, GError **error);
