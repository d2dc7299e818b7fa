/* facts.h - what the ledger knows about a report. Filled by ledger_facts(), read by filter_judge(). The numbers are the
 * rules of doc/design/verdicts.md. */
#pragma once
#include "filter/hand.h"
#include "filter/report.h"
#include "filter/tools.h"
#include "filter/wording.h"

/* A message the owner sent, as the ledger remembers it. */
typedef struct {
  gint64 date;   /* Unix seconds */
  char *subject; /* NULL when it had none */
  char *account; /* NULL, as is folder: handed over with `record` */
  char *folder;
  guint recipients; /* how many it was addressed to */
  gint64 row;       /* its number in the ledger */
  guint reports;    /* reports that were matched to it before this one, by whatever they showed: of failure where this
                       one is of failure, else of the other kinds */
} SentFact;

SentFact *sent_fact_new(gint64 date, const char *subject, const char *account, const char *folder, guint recipients);
void sent_fact_free(SentFact *fact);

/* Something a report shows, and the sent message that it leads to. Neither is NULL where it was found. */
typedef struct {
  char *shown; /* an id, the beginning of an id, or an address; NULL: nothing was found */
  SentFact *sent;
} Found;

/* Marks of the owner's own hand that an original may bear (7), in the order in which they are weighed. Anybody can
 * write them who knows them, so each leaves only so many reports a week in sight, and none ever clears a report. */
typedef enum {
  MARK_ANSWERS,    /* it answers a message that the owner received alone, by no list */
  MARK_SIDE,       /* the right side of its id stands in no mail but the owner's */
  MARK_RELAY,      /* a host passed it on that passes on nobody's mail but the owner's */
  MARK_REDIRECTED, /* it is a received message, or says that the owner sent it on */
  MARK_AUTOMATIC,  /* it is from the owner, and says that a program wrote it */
  MARK_CLAIMED,    /* it says that a domain which an account lists has signed it, and nothing verified that */
  MARK_SIGNED,     /* a signature of the owner's verifies, and names other recipients: a Bcc, or a copy of the header */
  MARK_N
} OwnMark;

typedef struct {
  char *shown;   /* the id, right side, host, address or domain; NULL: it does not bear the mark */
  guint reports; /* of the week around this one, left in sight by this mark alone */
} MarkFact;

const char *mark_code(OwnMark mark); /* of its line of evidence; static */
/* MARK_N: the line is about no mark. */
OwnMark mark_of_code(const char *code);

/* The owner's own word about whom a report speaks of. */
typedef enum { OWN_NONE, OWN_ALLOW, OWN_DENY } OwnWord;

/* How somebody the owner wrote to may be the failed recipient under another name. */
typedef enum {
  OTHER_NAME,      /* the same address, written in another way */
  OTHER_RECIPIENT, /* the original is addressed to it, and not to the failed recipient */
  OTHER_NEIGHBOUR, /* at the same domain */
  OTHER_REPORTER   /* at the reporter's domain, which may have passed the mail on */
} OtherName;

/* A signature over the returned header (7) that verifies, of a learned signer, and from an address of the owner's. */
typedef struct {
  char *domain;     /* of the signer; NULL: there is no such signature, and nothing below is set */
  char *from;       /* the signed From */
  char *recipient;  /* a failed recipient whom the signed To or Cc names; NULL: none of them is named there */
  guint recipients; /* how many are named there */
  guint reports;    /* reports with this signature before this one: of failure where this one is of failure, else of the
                       other kinds */
  gint64 digest;    /* of what is signed, for the count; 0 where recipient is NULL */
} SignedFact;

typedef struct {
  /* own entries (2) */
  OwnWord own;
  char *own_entry;   /* the entry that matched, "@example.org" */
  char *own_matched; /* the failed recipient or reporter's domain it matched */

  Found id;                /* an id of the original, or the Original-Envelope-Id (3) */
  Found refer_back, token; /* the report's own In-Reply-To or References; its text (4) */
  Found id_start;          /* the beginning of an id that was cut off (4) */
  Found other_id;          /* an id elsewhere in the original (4) */
  Found letter;            /* In-Reply-To or References name a letter that the sent message answers (4) */

  /* recipient, sender, subject and time (5); shown: a failed recipient, or a recipient that the original shows */
  Found fit;
  gboolean fit_answered; /* the original shows another id than that message has, while an earlier report about the same
                            recipient showed its own */

  Found alike;          /* where none fits: a recipient, sender and time that fit, and a subject that is alike */
  gboolean alike_again; /* alike is to an address that differs by a letter or two, with the very subject */

  /* is it about mail to the owner? (6) Addresses that an account lists literally; NULL: it is not so */
  char *to_owner;        /* the original is addressed to it, and not from the owner */
  char *failed_owner;    /* it is a failed recipient */
  char *delivered_owner; /* the original was delivered to it (or to the mailbox that the report came to) */

  MarkFact marks[MARK_N]; /* (7) asked only where no sent message was found */
  char *claimed;          /* as MARK_CLAIMED, of a domain that the owner only sends from: no mark; NULL */

  /* To whom it came, where that is the owner's and mail never left from there, and no sent message was found. */
  char *unused;           /* the address, by a catch-all pattern or by receive-only; NULL */
  gboolean receive_only;  /* the owner says so */
  gboolean unused_tested; /* coverage of that domain is tested, and did not fail */
  guint unused_reports;   /* that came there before, and were judged */
  /* signatures of the owner's (7), and that one is missing */
  SignedFact signature;
  guint unsigned_of; /* the returned header is whole and has no signature of those who signed all mail seen of its
                        sender, an address of the owner's: how many messages; 0: it is not so */
  /* who handed it in (7) */
  Hand hand;
  gboolean came_in; /* handed in from inside, but its original may have come there from another mail server */
  char *handed_by;  /* from outside: the name of the host that did, as the owner's server verified it; NULL */

  /* the failed recipient (8); where the report names none, whom the original is addressed to */
  char *written_to;       /* to whom the owner has written; NULL */
  gint64 written;         /* when last before the report, Unix seconds */
  SentFact *written_sent; /* that message */
  gboolean automatic;     /* it is an automatic entry of the allowlist (or in the ledger) and not excluded */
  guint written_reports;  /* reports of the week around this one that were matched by no more than this */
  char *other;          /* whom the owner wrote to in the window before the report, and who may be the failed recipient
                           under another name; NULL. Asked where the failed recipient was not written to */
  gint64 other_written; /* Unix seconds */
  OtherName other_how;
  gboolean ids_survive; /* ids of this account's mail are known to come back as they left, so that an id which is not in
                           the ledger tells of another message */

  char *stranger; /* whom the original says it is from, where the owner has never sent mail from that address: of a
                     catch-all domain's made-up ones, say; NULL */

  /* coverage (10) */
  gboolean covered;          /* complete for [need_from, need_to] */
  gint64 need_from, need_to; /* when the original must have been sent, Unix seconds */
  gint64 from, to; /* the interval for which the ledger holds all sent mail of the addresses asked about; 0 = none */
  char *gap;       /* one sentence: what is missing, naming account and folder; NULL when covered */
  Evidence *lack;  /* the same as code and arguments (sentences.c); NULL: gap alone tells */
  gboolean late;   /* some account's Sent folder was not looked at (to its end) since the report came, whatever else is
                      missing */
  gboolean test_failed; /* answers to mail that is not in Sent have come to one of these addresses */
  gboolean stale; /* not covered only because some account's Sent folder was not looked at (to its end) since the report
                     came; a later look may tell */

  ToolFacts tools; /* only where the owner has switched them on, and a stranger handed the report in */
  WordFacts words; /* likewise, but for .hashes */

  char *unlisted; /* an address that the report came to, where no account lists any of these; NULL */

  gboolean waited; /* the grace wait is over: a fresh report may be decided */
} Facts;

Facts *facts_new(void);
void facts_free(Facts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Facts, facts_free)

/* By what a report is matched to a sent message, the surest first. The ledger counts what it recorded. */
typedef enum {
  MATCH_NONE,
  MATCH_ID,        /* its own id */
  MATCH_REFERENCE, /* refer-back or token */
  MATCH_FIT,       /* recipient, sender, subject and time */
  MATCH_REWRITTEN, /* the same, while the original shows another id */
  MATCH_WRITTEN,   /* the recipient was written to lately */
  MATCH_INSIDER,   /* no sent message: an insider about mail that is not in Sent */
  MATCH_MARK,      /* no sent message, but the first of the marks; MATCH_MARK + mark for each of them */
  MATCH_N = MATCH_MARK + MARK_N
} Match;
const char *match_name(Match match); /* "id"; static */
/* The sent message that a report is matched to, and by what; NULL with MATCH_NONE. shows_id: the original shows one.
 * Borrowed. */
const SentFact *facts_match(const Facts *facts, gboolean shows_id, Match *match);
