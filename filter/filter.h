/* filter.h - what a message is, and whose it is. The three functions of the pipeline; all pure (no files, clock,
 * network).
 *
 * Call filter_init() once per process before anything else of filter/. */
#pragma once
#include "filter/facts.h"
#include "filter/report.h"

void filter_init(void);

/* Could a message with these header fields be an automatic report? fields: raw header lines as the server sent them
 * (any subset, any order, folded, CRLF or LF; need not end in a blank line; not NUL-terminated). Cheap and generous:
 * FALSE is final, TRUE asks for a reading. */
gboolean filter_candidate(const char *fields, gsize length);

/* Bytes of a message that are read at most, and that its fingerprint covers. */
#define FILTER_READ_LIMIT ((gsize)262144)

/* Reads a message: the first FILTER_READ_LIMIT raw bytes (more are ignored), which may be cut anywhere. Never fails:
 * what cannot be understood, or whose header is no candidate, is REPORT_NONE. The caller owns the result. */
Report *filter_read(GBytes *message);

/* The verdicts (doc/design/verdicts.md). */
typedef enum { VERDICT_PASS, VERDICT_GENUINE, VERDICT_BACKSCATTER, VERDICT_UNSURE, VERDICT_N } VerdictCode;
const char *verdict_name(VerdictCode code);  /* "backscatter"; static */
VerdictCode verdict_parse(const char *name); /* VERDICT_UNSURE for an unknown word */

/* What the owner chose, and what time it is. */
typedef struct {
  gint64 now;                  /* Unix seconds */
  gboolean judge_challenges;   /* by default TRUE */
  gboolean judge_virus;        /* by default TRUE */
  gboolean judge_auto_replies; /* by default FALSE */
  gboolean judge_receipts;     /* by default FALSE */
  gboolean second_line;        /* by default FALSE: what is unsure moves where enough speaks against it */
} Policy;
#define POLICY_DEFAULT(now_) ((Policy){ .now = (now_), .judge_challenges = TRUE, .judge_virus = TRUE })

typedef struct {
  VerdictCode code;
  gboolean fresh; /* judge again after FILTER_GRACE seconds and one more sync of Sent, when facts->waited can be set:
                     backscatter by the facts (not by an own entry), or unsure as an insider or by a mark alone, but
                     report or original is under 10 minutes old by its Date (an original without one: by when the report
                     came); or unsure only because a Sent folder was not looked at (facts->stale) */
  GPtrArray
      *evidence; /* Evidence*: the report's signals, then all that was found, the deciding line marked by .decided */
  guint decided; /* index into evidence of the line that decided */
  gboolean second_line; /* unsure, but three checks or more speak against it and nothing for it, a stranger handed it
                           in, and the owner wants it moved then (judge_second.c) */
} Verdict;

#define FILTER_FRESH ((gint64)600)
#define FILTER_GRACE ((gint64)120)

/* Judges: the order of doc/design/verdicts.md; the first that decides wins, everything found is in the evidence. Pure.
 */
Verdict *filter_judge(const Report *report, const Facts *facts, const Policy *policy);
void verdict_free(Verdict *verdict);
/* What the checks of servers, and of words, come to, as lines of evidence (Evidence*), whoever handed the report in and
 * whatever its verdict is; of an unsure one about a stranger's report they are among its evidence. */
GPtrArray *filter_tools(const Facts *facts);
/* Does the line of evidence that decided (its code) say that the second line moved it? */
gboolean filter_is_second_line(const char *code);
/* Did it decide that the report is an insider about mail that is not in Sent (rule 7)? */
gboolean verdict_is_insider(const Verdict *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Verdict, verdict_free)

/* A sent message, as its header fields tell. Lists never NULL. */
typedef struct {
  GPtrArray *message_ids; /* char*: every alias (doc/design/verdicts.md) */
  GPtrArray *replies;     /* char*: In-Reply-To: the letters it answers */
  GPtrArray *recipients;  /* char*: To, Cc, Bcc and their Resent- twins, normalised */
  char *sender;           /* the address of From; NULL when absent */
  char *subject;          /* decoded, one line; NULL when absent */
  gint64 date;            /* Date, Unix seconds, 0 when absent or unreadable */
  gboolean delivered;     /* it bears Delivered-To or Return-Path: a server has delivered it to a mailbox */
} SentMessage;

/* The fields sent_message_read() looks at, for a HEADER.FIELDS request. */
extern const char *const filter_sent_fields[];
/* Reads the header fields of a message the owner sent (raw lines as for filter_candidate()). The caller owns the
 * result. */
SentMessage *sent_message_read(const char *fields, gsize length);
void sent_message_free(SentMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SentMessage, sent_message_free)

/* An ordinary message that was received, as far as the test of coverage needs it. */
typedef struct {
  char *message_id; /* see id_normalise(); NULL */
  char *alone;      /* the one address that it is to, where there is no Cc, and no list or program has sent it; NULL */
  gint64 date;      /* Date, Unix seconds, 0 when absent, unreadable or not asked for */
  GPtrArray *answers; /* char*: ids of In-Reply-To; NULL: it is no answer, or a list or a program has sent it (List-Id,
                         Precedence, Auto-Submitted, a daemon's From), and the next ones were not read */
  GPtrArray *recipients; /* char*: addresses of To and Cc, normalised; NULL */
  char *sender;          /* the address of From; NULL when absent */
  char *subject;         /* decoded, one line; NULL when absent */
} ReceivedMessage;

/* The fields that a scan of a watched folder asks for: those that filter_candidate() and filter_scan() look at. A
 * NULL-terminated list of names, for a HEADER.FIELDS request (RFC 3501, 6.4.5); holds Message-ID, for the fingerprint.
 */
extern const char *const filter_scan_fields[];
/* As filter_candidate(). Where that is FALSE, *ordinary is what the same fields tell of a message that was received;
 * the caller owns it. dated: read its Date, where there is one, since nothing else tells when it came. */
gboolean filter_scan(const char *fields, gsize length, gboolean dated, ReceivedMessage **ordinary);
void received_message_free(ReceivedMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReceivedMessage, received_message_free)
