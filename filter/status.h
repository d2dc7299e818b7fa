/* status.h - what a delivery-status part says (RFC 3464, RFC 6533), also where its fields stand in plain text. */
#pragma once
#include "filter/fields.h"
#include "filter/report.h"

#define STATUS_RECIPIENTS_MOST 100

typedef struct {
  char *original, *final; /* addresses, normalised; NULL */
  char *action;           /* lower case; NULL */
  char *code;             /* "5.1.1"; NULL */
  char *diagnostic;       /* NULL */
} StatusRecipient;

typedef struct {
  GArray *recipients;      /* StatusRecipient */
  char *reporting_mta;     /* host, lower case; NULL */
  GPtrArray *ids;          /* char*: X-Original-Message-ID, Original-Message-ID */
  GPtrArray *envelope_ids; /* char*: Original-Envelope-Id, if the value has the form of an id */
  gboolean read;           /* a block of fields about a recipient was there */
} Status;

Status *status_new(void);
void status_free(Status *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Status, status_free)
/* Adds all groups of fields in text. */
void status_read(Status *status, Span text);

/* Adds the groups of fields that stand in a report's text, if there are any. */
void status_read_text(Status *status, const char *text, gsize length);

/* The worst that happened to a recipient, in this order: failed, delayed, anything else. */
ReportKind status_kind(const Status *status);
/* Copies reporter's host, recipients, code and diagnostic of that kind into the report. */
void status_tell(const Status *status, ReportKind kind, Report *report);

/* The first enhanced status code (RFC 3463) with a class of 4 or 5 in text, else NULL. The caller frees. */
char *status_code_in(const char *text);
