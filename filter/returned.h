/* returned.h - the original, as a report still shows it: in returned headers, or as a block of fields anywhere in its
 * text. */
#pragma once
#include "filter/fields.h"
#include "filter/report.h"

#define ORIGINAL_IDS_MOST 16
#define ORIGINAL_ADDRESSES_MOST 64
#define OTHER_IDS_MOST 64

/* Adds the fields of a returned header block to the original. Ids are collected; each other field is taken from the
 * first block that has it. */
void returned_read(Original *original, Span fields);

/* Field blocks and cut marks of a report's decoded text. */
typedef struct {
  gsize cut;       /* where the original begins: the first cut mark with fields after it, or the first block that only a
                      returned       header can be; length of the text when there is none */
  gboolean marked; /* a cut mark stands there */
  gboolean header; /* a block has a Message-ID or a Received, or stands below a cut mark: more than a summary */
  guint fields;    /* different header fields that the best block has */
  GString *blocks; /* the blocks as plain header lines, the best block first, each ended by an empty line */
} TextBlocks;
TextBlocks *returned_find(const char *text);
/* Adds the fields of all blocks to the original. */
void returned_read_blocks(Original *original, const TextBlocks *blocks);
void text_blocks_free(TextBlocks *blocks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TextBlocks, text_blocks_free)
