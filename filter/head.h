/* head.h - what a message's own header says about who wrote it: a person, a list, or a machine. */
#pragma once
#include "filter/fields.h"
#include "filter/phrases.h"

typedef enum {
  HEAD_NULL_PATH = 1 << 0,         /* Return-Path: <> */
  HEAD_DAEMON_PATH = 1 << 1,       /* Return-Path is MAILER-DAEMON, postmaster */
  HEAD_DAEMON_FROM = 1 << 2,       /* From is a mail system */
  HEAD_POSTMASTER_FROM = 1 << 3,   /* From is its keeper */
  HEAD_ROLE_FROM = 1 << 4,         /* From is some machine or office: root, admin, no-reply */
  HEAD_EMPTY_FROM = 1 << 5,        /* From holds no address */
  HEAD_FAILED_RECIPIENTS = 1 << 6, /* X-Failed-Recipients */
  HEAD_NDR = 1 << 7,               /* X-MS-Exchange-Message-Is-Ndr */
  HEAD_AUTO = 1 << 8,              /* Auto-Submitted (RFC 3834), not "no" */
  HEAD_AUTO_REPLIED = 1 << 9,      /* ... auto-replied */
  HEAD_AUTO_FAILURE = 1 << 10,     /* ... with the comment (failure) */
  HEAD_RESPONDER = 1 << 11,        /* fields that only answering machines set */
  HEAD_LIST = 1 << 12,             /* a mailing list's fields */
  HEAD_LIST_NOTICE = 1 << 13,      /* a list manager's own notice */
  HEAD_CRON = 1 << 14,
  HEAD_REPORT = 1 << 15,          /* multipart/report of any type */
  HEAD_REPORT_STATUS = 1 << 16,   /* report-type=delivery-status, or the whole message is a delivery status */
  HEAD_REPORT_RECEIPT = 1 << 17,  /* report-type=disposition-notification */
  HEAD_REPORT_FEEDBACK = 1 << 18, /* report-type=feedback-report, tlsrpt; aggregate reports by their subject */
  HEAD_NOTIFICATION = 1 << 19,    /* a cloud service's notification envelope */
  HEAD_FORWARD = 1 << 20,         /* the subject begins with a forwarding prefix */
  HEAD_MIXED = 1 << 21,           /* multipart/mixed */
  HEAD_REPLY = 1 << 22,           /* the subject answers a report ("Re: "), or is a ticket about one ("[MAIL-3] ") */
  HEAD_OTHER_PATH = 1 << 23,      /* Return-Path takes bounces itself, so this is hardly one */
  HEAD_PERSON_FROM = 1 << 24,     /* From is an address of no office and no machine */
  HEAD_CLIENT = 1 << 25,          /* a mail program wrote it (User-Agent, X-Mailer) */
  HEAD_REJECTED = 1 << 26,        /* Auto-Submitted says that mail was rejected, as Sieve does (RFC 5429) */
  HEAD_COPY = 1 << 27,            /* the subject begins as the copies do that postmasters get */
  HEAD_CHALLENGE = 1 << 28,       /* a field that challenging programs set */
  HEAD_NOTICE = 1 << 29,          /* the subject begins as a notice to a recipient or a keeper */
  HEAD_KEEPER_PATH = 1 << 30      /* Return-Path is a postmaster */
} HeadSign;

/* Signs that only mail systems give, those of From among them. */
#define HEAD_SYSTEM_FROM (HEAD_DAEMON_FROM | HEAD_POSTMASTER_FROM | HEAD_EMPTY_FROM)
#define HEAD_SYSTEM                                                                                                    \
  (HEAD_SYSTEM_FROM | HEAD_DAEMON_PATH | HEAD_FAILED_RECIPIENTS | HEAD_NDR | HEAD_REPORT_STATUS | HEAD_NOTIFICATION)

typedef struct {
  guint signs;         /* HeadSign */
  PhraseScore subject; /* what the subject says */
} Head;

/* Reads the fields of filter_scan_fields that say who wrote it. Cheap: allocates for From and Subject only. */
Head head_read(Span fields);
/* The same field by field, for who wants something else of the fields, too; after the last one, head_settle(). */
void head_add(Head *head, const Field *field);
void head_settle(Head *head);
/* What filter_candidate() answers. */
gboolean head_is_candidate(const Head *head);
