/* facts.h - what the ledger knows about a report. Filled by ledger_facts(), read by filter_judge(). */
#pragma once
#include <glib.h>

/* A message the owner sent, as the ledger remembers it. */
typedef struct {
  gint64 date;   /* Unix seconds */
  char *subject; /* NULL when it had none */
  char *account; /* NULL, as is folder: handed over with `record` */
  char *folder;
  guint recipients; /* how many it was addressed to */
} SentFact;

/* The owner's own word about whom a report speaks of. */
typedef enum { OWN_NONE, OWN_ALLOW, OWN_DENY } OwnWord;

typedef struct {
  /* own entries (DESIGN, Verdicts 2) */
  OwnWord own;
  char *own_entry;   /* the entry that matched, "@example.org" */
  char *own_matched; /* the failed recipient or reporter's domain it matched */

  /* an id of the original (3) */
  char *id; /* the id that is in the ledger; NULL */
  SentFact *id_sent;
  guint failures; /* failure reports that matched that sent message before this one */

  /* In-Reply-To, References, or a token (4) */
  char *refer_back; /* NULL */
  SentFact *refer_back_sent;
  char *token; /* NULL */
  SentFact *token_sent;

  /* failed recipient + subject + time (5) */
  char *fit; /* the failed recipient, or a recipient that the original shows; NULL */
  SentFact *fit_sent;
  gboolean fits_answered; /* only messages fit that were answered under their own Message-ID, so that they kept it on
                             the way: the other one that this original shows is not theirs */

  /* failed recipient (6) */
  char *written_to;   /* a failed recipient, or a recipient the original shows, that the owner has written to; NULL */
  gint64 written;     /* when last before the report, Unix seconds */
  gboolean automatic; /* it is an automatic entry of the allowlist (or in the ledger) and not excluded */

  char *neighbour; /* whom the owner has written to, in the window before the report, at a failed recipient's domain,
                      where he has not written to that recipient himself: it may be the name behind an alias; NULL */
  gint64 neighbour_written; /* Unix seconds */

  char *stranger; /* whom the original says it is from, where the owner has never sent mail from that address: of a
                     catch-all domain's made-up ones, say; NULL */

  /* coverage (7) */
  gboolean covered;          /* complete for [need_from, need_to] */
  gint64 need_from, need_to; /* when the original must have been sent, Unix seconds */
  gint64 from, to; /* the interval for which the ledger holds all sent mail of the addresses asked about; 0 = none */
  char *gap;       /* one sentence: what is missing, naming account and folder; NULL when covered */
  gboolean stale; /* not covered only because some account's Sent folder was not looked at (to its end) since the report
                     came; a later look may tell */

  char *unlisted; /* an address that the report came to, where no account lists any of these; NULL */

  gboolean waited; /* the grace wait is over: a fresh report may be decided */
} Facts;

Facts *facts_new(void);
void facts_free(Facts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Facts, facts_free)
SentFact *sent_fact_new(gint64 date, const char *subject, const char *account, const char *folder, guint recipients);
void sent_fact_free(SentFact *fact);
