/* parts.h - a message cut into its MIME parts (RFC 2045, 2046), flat and in order, bounded in number and depth.
 *
 * Not GMime's parser: that builds an object for every part and goes as deep as the mail says, so that 256 KiB of
 * boundaries cost far more memory and time than Backstop may spend. Here parts point into the message. */
#pragma once
#include "filter/fields.h"

#define PARTS_MOST 128
#define PARTS_DEEPEST 16

typedef struct {
  char *type;     /* lower case, "text/plain"; the default of the context when no type is declared */
  char *charset;  /* NULL */
  char *encoding; /* Content-Transfer-Encoding; NULL */
  char *name;     /* file name, lower case; NULL */
  char *boundary; /* NULL */
  Span fields;    /* the part's own header block */
  Span body;  /* still encoded, but decoded if this is a message part. The message in a message part is the next part */
  int inside; /* index of the message part that holds this part; -1: a part of the report itself */
} Part;

typedef struct {
  GArray *all;      /* Part; [0] is the message itself */
  GPtrArray *owned; /* GString*: bodies that had to be decoded */
} Parts;

Parts *parts_new(Span message);
void parts_free(Parts *parts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Parts, parts_free)

static inline const Part *parts_at(const Parts *parts, guint i) { return &g_array_index(parts->all, Part, i); }
/* Does the part carry a message, or the header of a message? (message/rfc822, text/rfc822-headers and their kin) */
gboolean part_is_message(const Part *part);
gboolean part_is_headers(const Part *part);
/* The part's body decoded to UTF-8, HTML as its words, at most limit encoded bytes. The caller frees. */
char *part_text(const Part *part, gsize limit);
/* A parameter of a structured field value ("boundary"), unquoted; NULL. The caller frees. */
char *value_parameter(const char *value, const char *name);
