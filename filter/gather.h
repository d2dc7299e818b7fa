/* gather.h - everything a report's parts say, put side by side before anything is decided. */
#pragma once
#include "filter/head.h"
#include "filter/parts.h"
#include "filter/returned.h"
#include "filter/status.h"

typedef struct {
  Head head;
  Span fields; /* the report's own header block, in the message */
  Status *status;
  Status *receipt_status;               /* the recipient fields of a disposition notification */
  Original *original;                   /* borrowed from the report */
  GString *text;                        /* what its text parts say, decoded, an empty line between parts */
  TextBlocks *blocks;                   /* of text */
  PhraseScore said;                     /* in text before blocks->cut */
  gboolean returned;                    /* a returned message or its header came as a part */
  GString *shown;                       /* what the original itself says, header and body, as it came: for its ids */
  gboolean status_part;                 /* the status is a part of the report itself */
  gboolean report_inside;               /* what came as a part was written by a mail system */
  gboolean feedback, receipt, calendar; /* a part of that kind is there */
  gboolean dialogue;                    /* the text shows what mail servers said to each other */
  gboolean packed;                      /* a part is there that cannot be read, and may hold the original */
  gboolean cut_off;                     /* the message is longer than what is read of it */
  GPtrArray *own_ids;                   /* char*: the report's own Message-ID */
  gboolean quoted;                      /* most of its lines quote somebody */
} Gathered;

/* Reads message; what is told of the original goes into original. Of what is no candidate only the header is read. */
Gathered *gather(Span message, Original *original);
void gathered_free(Gathered *gathered);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Gathered, gathered_free)
