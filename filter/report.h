/* report.h - what an automatic report says: kind, reporter, failed recipients, and all it shows of its original. */
#pragma once
#include "filter/dkim.h"
#include <glib.h>

/* Kinds, in the field's words. Only the first five and, where the owner wants it, the next three are judged;
 * REPORT_NOTICE, REPORT_FEEDBACK and REPORT_NONE are never touched. */
typedef enum {
  REPORT_NONE,         /* not an automatic report, or one that must pass (a person's forward, list traffic, calendar) */
  REPORT_DSN_FAILED,   /* RFC 3464, Action: failed (and the real-world expired, error, failure) */
  REPORT_DSN_DELAYED,  /* RFC 3464, Action: delayed; or a warning in words that a message is late */
  REPORT_DSN_OTHER,    /* RFC 3464, Action: delivered, relayed, expanded; or the same in words */
  REPORT_BOUNCE,       /* a failure report without a machine-readable part */
  REPORT_CHALLENGE,    /* "confirm that you are a person" */
  REPORT_VIRUS_NOTICE, /* "your message contained a virus" */
  REPORT_AUTO_REPLY,   /* out of office, vacation, ticket acknowledgement (RFC 3834) */
  REPORT_RECEIPT,      /* message disposition notification (RFC 8098) */
  REPORT_NOTICE,       /* about mail to the reader, or for the keeper of a mail system: a virus in mail to the reader,
                          postmaster copies, frozen messages, mail held or released, a bounce inside a bounce */
  REPORT_FEEDBACK,     /* ARF (RFC 5965), DMARC aggregate and failure, TLS report (RFC 8460) */
  REPORT_N_KINDS
} ReportKind;

/* The word for a kind in the ledger and in JSON ("dsn-failed"); static. */
const char *report_kind_name(ReportKind kind);
/* The kind of a word; REPORT_NONE for an unknown one. */
ReportKind report_kind_parse(const char *name);

/* How a line of evidence bears on the question "did the owner send the original?". */
typedef enum {
  EVIDENCE_FOR,     /* speaks for the owner's mail */
  EVIDENCE_AGAINST, /* speaks for a forged sender */
  EVIDENCE_NEUTRAL  /* recognition, circumstances */
} EvidenceSide;

/* One line of an explanation: a stable slug ("id-in-ledger") and what it is about. The sentence is made when the line
 * is shown, by evidence_text(). */
typedef struct {
  EvidenceSide side;
  char *code;
  char **args; /* NULL-terminated, never NULL; each valid UTF-8 on one line, at most EVIDENCE_ARGUMENT_LONGEST bytes.
                  Times are Unix seconds in decimal digits. What each of them means: sentences.c */
  char *text;  /* the whole sentence, of a ledger older than schema version 4, which kept nothing else; else NULL */
} Evidence;

#define EVIDENCE_ARGUMENTS_MOST 12
#define EVIDENCE_ARGUMENT_LONGEST 400

/* Arguments are char *, NULL-terminated. They are copied; what is longer or more is cut. */
Evidence *evidence_new(EvidenceSide side, const char *code, ...) G_GNUC_NULL_TERMINATED;
Evidence *evidence_new_args(EvidenceSide side, const char *code, const char *const *args);
/* One that is a sentence already, and stays one. */
Evidence *evidence_new_text(EvidenceSide side, const char *code, const char *text);
Evidence *evidence_copy(const Evidence *evidence);
void evidence_free(Evidence *evidence);
/* A whole sentence for a person who has never heard of a DSN, valid UTF-8 on one line, naming the field it rests on.
 * In the language of the program's text domain (gettext); English where the program has set none. The caller owns it.
 */
char *evidence_text(const Evidence *evidence);

/* How a failed recipient is known. */
typedef enum {
  RANK_MENTIONED, /* the text mentions the address, or the original is addressed to it: it helps to find the sent
                     message, and never speaks against one */
  RANK_LISTED,    /* the text lists the address as one that failed */
  RANK_NAMED      /* a field of a status part, or X-Failed-Recipients, names it */
} RecipientRank;

#define ORIGINAL_TEXT_MOST ((gsize)16384)

/* What a report still shows of the message it speaks of. Strings are decoded, valid UTF-8, one line; NULL when
 * absent. */
typedef struct {
  GPtrArray *message_ids; /* char*: ids under every alias (doc/design/verdicts.md), see id_normalise(); never NULL */
  char *from;             /* From as displayed */
  char *to;               /* To as displayed */
  char *subject;
  gint64 date;            /* Unix seconds, 0 when unknown */
  GPtrArray *senders;     /* char*: addresses of From, Sender and Return-Path; never NULL */
  GPtrArray *recipients;  /* char*: addresses of To and Cc; never NULL */
  GPtrArray *delivered;   /* char*: addresses of its Delivered-To, X-Original-To and Envelope-To; never NULL */
  GPtrArray *other_ids;   /* char*: ids elsewhere in it (References, In-Reply-To, other fields, the body): who wrote the
                             original chose them; never NULL */
  GPtrArray *id_prefixes; /* char*: beginnings of ids that the reporter cut off; never NULL */
  GPtrArray *hops;        /* Hop* (chain.h): the Received fields of its returned header, top first; never NULL */
  gboolean header;        /* a header came back: a part of its own, or fields with a Message-ID, a Received, or below a
                             cut mark */
  GPtrArray *signatures;  /* DkimSignature*: of the returned header, as its bytes came; never NULL */
  GPtrArray *signers;     /* char*: who says that they signed it (d=), be it true or not; never NULL */
  gboolean whole;         /* a header came back that hardly lacks a field: with Received, and eight fields or more */
  gboolean unread;        /* an original is there, but it was cut off, packed, or not understood */
  GPtrArray *links;       /* char*: domains that links in it lead to (links.h); never NULL */
  char *text; /* what it says, decoded, at most ORIGINAL_TEXT_MOST bytes and a bit, on several lines; NULL: nothing of
                 it came back */

  /* What may be a mark of the owner's own hand (marks.h). */
  char *author;         /* the address of From; NULL */
  GPtrArray *answered;  /* char*: ids of In-Reply-To and References; never NULL */
  GPtrArray *resenders; /* char*: addresses of Resent-From; never NULL */
  gboolean automatic;   /* it says that a program wrote it: an answer, a receipt, an invitation */
  gboolean scheduled;   /* its Subject is that of a scheduled job (cron) */
} Original;

/* A report. Lists are never NULL and hold no duplicates; addresses are as address_normalise() gives them; every
 * string is valid UTF-8 on one line. */
typedef struct {
  ReportKind kind;
  char *message_id;      /* its own Message-ID, see id_normalise(); NULL */
  char *reporter;        /* who wrote it: the address of From (or "MAILER-DAEMON" when it is bare); NULL when absent */
  char *reporter_domain; /* lower case: domain of Reporting-MTA, else of From; NULL when neither shows one */
  gint64 date;           /* the report's own Date, Unix seconds, 0 when unknown */
  GPtrArray *addressed;  /* char*: mailboxes it came to: Delivered-To, X-Original-To, Envelope-To, To */
  GPtrArray *to;         /* char*: those of To alone: whom the reporter took for the sender */
  GPtrArray *recipients; /* char*: failed recipients: what the sender typed (Original-Recipient) first, then what
                            that became (Final-Recipient) */
  RecipientRank rank;    /* of recipients: all of them are known in the same way */
  gboolean guessed;      /* recipients is whom the original was for: the report itself names nobody who failed */
  gboolean status_part;  /* it has a machine-readable status (RFC 3464), as a part or as fields in its text */
  GPtrArray *envelope_ids; /* char*: Original-Envelope-Id (RFC 3464, 2.2.1), where it has the form of an id */
  char *status;            /* enhanced status code (RFC 3463) of the first failed recipient, "5.1.1"; NULL */
  char *diagnostic;        /* the reporter's words about it, at most 500 bytes; NULL */
  GPtrArray *refer_backs;  /* char*: ids in the report's own In-Reply-To and References */
  GPtrArray *tokens; /* char*: id-shaped tokens of the reporter's own text that are not among the ids above; capped */
  GPtrArray *hops;   /* Hop* (chain.h): the Received fields of the report itself, top first */
  Original original;
  GPtrArray *signals; /* Evidence*: why it was recognised */
} Report;

Report *report_new(void);
void report_free(Report *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Report, report_free)
