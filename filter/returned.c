/* returned.c - the original, as a report still shows it
 * Owns:     which header fields tell of the original, and the search for them in text.
 * Must not: decide what kind of report it is.
 * Fails:    never; a block cut off anywhere gives what it still has.
 * Tests:    tests/filter/test_read.c */
#include "filter/returned.h"

#include "filter/chain.h"
#include "filter/filter.h"
#include "filter/labels.h"
#include "filter/marks.h"
#include "filter/normalise.h"
#include "filter/phrases.h"
#include "filter/text.h"

#include <string.h>

#define TEXT_LONGEST 1000 /* as long as the subject of a sent message, or a long subject would differ */
#define LINES_MOST 6000
#define BLOCKS_MOST 24
#define STRAY_LINES_MOST 3
#define ID_LONGEST ((gsize)998)          /* RFC 5322, 2.1.1 */
#define PREFIX_SHORTEST ((gsize)12)      /* bytes of an id cut off behind its "@" that tell it from others */
#define PREFIX_SHORTEST_BARE ((gsize)20) /* bytes of an id cut off before its "@" that tell it from others */

/* Fields that hold an id of the original (doc/design/verdicts.md). */
static const char *const id_fields[] = { "Message-ID",
                                         "Resent-Message-ID",
                                         "X-Google-Original-Message-ID",
                                         "X-Microsoft-Original-Message-ID",
                                         "X-Original-Message-ID",
                                         "Original-Message-ID",
                                         NULL };

/* Fields that hold ids of other messages, or the addresses that the original was delivered to. */
static const char *const answer_fields[] = { "References", "In-Reply-To", NULL };
static const char *const delivered_fields[] = { "Delivered-To", "X-Original-To", "Envelope-To", NULL };

static void read_answered(Original *original, const Field *field)
{
  field_ids_last(field, original->other_ids, OTHER_IDS_MOST);
}

static void read_delivered(Original *original, const Field *field)
{
  g_autofree char *raw = field_raw(field);
  address_collect(raw, original->delivered, ORIGINAL_ADDRESSES_MOST);
}

/* Does the text end in the middle of the id? Half an id is no id. */
static gboolean is_cut_off(const Field *field, const char *end)
{
  const char *stop = field->value.start + field->value.length;
  return stop == end && field->value.length > 0 && stop[-1] != '>';
}

/* Half an id is no id, but a long beginning may tell which id it was. */
static void keep_prefix(Original *original, const char *raw)
{
  const char *open = strrchr(raw, '<'), *start = open != NULL ? open + 1 : raw;
  gsize length = strcspn(start, " \t<>");
  while (length > 0 && start[length - 1] == '.') length--;
  gsize enough = memchr(start, '@', length) != NULL ? PREFIX_SHORTEST : PREFIX_SHORTEST_BARE;
  if (length < enough || length > ID_LONGEST) return;
  g_autofree char *prefix = id_normalise(start, length);
  list_add(original->id_prefixes, prefix, ORIGINAL_IDS_MOST);
}

static void read_id(Original *original, const Field *field, gboolean cut_off)
{
  g_autofree char *raw = field_raw(field);
  const char *open = strrchr(raw, '<');
  if (cut_off || (open != NULL && strchr(open, '>') == NULL))
    keep_prefix(original, raw);
  else
    id_collect(raw, original->message_ids, ORIGINAL_IDS_MOST);
}

void returned_read(Original *original, Span fields)
{
  const char *end = fields.start + fields.length;
  Field field;
  if (original->hops->len == 0) hops_read(fields, original->hops);
  while (field_next(&fields, &field)) {
    marks_read(original, &field);
    if (field_is(&field, "From")) {
      if (original->from == NULL) original->from = field_text(&field, TEXT_LONGEST);
    } else if (field_is(&field, "To")) {
      if (original->to == NULL) original->to = field_text(&field, TEXT_LONGEST);
    } else if (field_is(&field, "Subject")) {
      if (original->subject == NULL) original->subject = field_text(&field, TEXT_LONGEST);
      continue;
    } else if (field_is(&field, "Date")) {
      if (original->date == 0) original->date = field_date(&field);
      continue;
    } else if (field_index(&field, delivered_fields) >= 0) {
      read_delivered(original, &field);
      continue;
    } else if (field_index(&field, answer_fields) >= 0) {
      read_answered(original, &field);
      continue;
    } else if (field_index(&field, id_fields) >= 0) {
      read_id(original, &field, is_cut_off(&field, end));
      continue;
    } else if (!field_is(&field, "Sender") && !field_is(&field, "Return-Path") && !field_is(&field, "Cc")) {
      continue;
    }
    g_autofree char *raw = field_raw(&field);
    if (field_is(&field, "To") || field_is(&field, "Cc"))
      address_collect(raw, original->recipients, ORIGINAL_ADDRESSES_MOST);
    else
      address_collect(raw, original->senders, ORIGINAL_ADDRESSES_MOST);
  }
}

/* Header fields that only a returned header has, and fields that make a block if several of them stand together. */
static const char *const known_fields[] = { "From",         "To",       "Subject",        "Date",
                                            "Message-ID",   "Received", "Return-Path",    "MIME-Version",
                                            "Content-Type", "Reply-To", "DKIM-Signature", "Content-Transfer-Encoding",
                                            "X-Mailer",     NULL };
enum { KNOWN_ID = 4, KNOWN_RECEIVED, KNOWN_PATH, KNOWN_MIME, KNOWN_TYPE };

/* One line of text without its quoting, as a block reads the line. */
typedef struct {
  Span line;    /* without quote marks, indentation and line break */
  guint indent; /* columns before the text */
  gboolean field;
  const char *name; /* the canonical name for a localised label, else NULL */
  gsize colon;      /* where the value begins */
  gboolean cut_off; /* the whole text ends in this line */
} Line;

static gboolean line_next(const char **at, Line *line)
{
  if (**at == '\0') return FALSE;
  const char *newline = strchr(*at, '\n');
  line->line = (Span){ *at, newline != NULL ? (gsize)(newline - *at) : strlen(*at) };
  line->cut_off = newline == NULL;
  *at += line->line.length + (newline != NULL);
  return TRUE;
}

static void strip_quoting(Line *line)
{
  Span *span = &line->line;
  line->indent = 0;
  while (span->length > 0 && strchr(" \t>|", *span->start) != NULL) {
    line->indent = *span->start == '>' || *span->start == '|' ? 0 : line->indent + 1;
    span->start++, span->length--;
    if (line->indent == 0 && span->length > 0 && *span->start == ' ') span->start++, span->length--;
  }
  while (span->length > 0 && strchr(" \t\r", span->start[span->length - 1]) != NULL) span->length--;
}

static void classify(Line *line)
{
  line->field = FALSE;
  line->name = NULL;
  line->colon = 0;
  const char *colon = memchr(line->line.start, ':', MIN(line->line.length, 80));
  const char *wide = memmem(line->line.start, MIN(line->line.length, 80), "：", strlen("："));
  gsize skip = 1;
  if (colon == NULL || (wide != NULL && wide < colon)) {
    colon = wide;
    skip = strlen("：");
  }
  if (colon == NULL || colon == line->line.start) return;
  Span label = { line->line.start, colon - line->line.start };
  line->colon = label.length + skip;
  line->name = label_field(label);
  line->field = line->name != NULL;
  if (line->field || skip > 1) return;
  for (gsize i = 0; i < label.length; i++)
    if (!g_ascii_isalnum(label.start[i]) && label.start[i] != '-' && label.start[i] != '_') return;
  /* "http://", "host:port" and words with a colon are no fields */
  line->field = line->colon < line->line.length && strchr(" \t", line->line.start[line->colon]) != NULL;
}

/* A block of field lines while the block is being read. */
typedef struct {
  GString *text; /* its lines, cleaned */
  guint known;   /* bits of known_fields */
  guint indent;
  guint strays; /* lines in a row that are neither field nor folded: headers that were wrapped anew */
  gsize start;
} Block;

static void block_add_field(Block *block, const Line *line)
{
  Span value = span_trim((Span){ line->line.start + line->colon, line->line.length - line->colon });
  Field field = { { line->name, 0 }, value };
  if (line->name != NULL)
    field.name.length = strlen(line->name);
  else
    field.name = (Span){ line->line.start, line->colon - 1 };
  int known = field_index(&field, known_fields);
  gboolean closed = value.length > 0 && value.start[value.length - 1] == '>';
  gboolean no_id = value.length > 0 && !closed && (line->cut_off || !span_has(value, "@"));
  if (known == KNOWN_ID && no_id) { /* kept as an id without its end */
    const char *open = value.length > 0 && *value.start == '<' ? "" : "<";
    g_string_append(block->text, "Message-ID: ");
    g_string_append(block->text, open);
    g_string_append_len(block->text, value.start, value.length);
    g_string_append_c(block->text, '\n');
    return;
  }
  if (known >= 0) block->known |= 1u << known;
  g_string_append_len(block->text, field.name.start, field.name.length);
  g_string_append(block->text, ": ");
  g_string_append_len(block->text, value.start, value.length);
  g_string_append_c(block->text, '\n');
}

static void block_add_line(Block *block, const Line *line)
{
  gboolean folded = line->indent > block->indent;
  gboolean empty_value = block->text->len > 2 && strcmp(block->text->str + block->text->len - 3, ": \n") == 0;
  if (line->field && !folded) {
    block->strays = 0;
    block_add_field(block, line);
  } else if (folded || empty_value) {
    g_string_append_c(block->text, ' ');
    g_string_append_len(block->text, line->line.start, line->line.length);
    g_string_append_c(block->text, '\n');
  } else {
    block->strays++;
  }
}

static guint known_count(guint known)
{
  guint n = 0;
  for (; known != 0; known &= known - 1) n++;
  return n;
}

/* Is the block a returned header, and not only a summary of the original ("Subject: ... To: ...")? */
static gboolean is_header(guint known)
{
  guint n = known_count(known);
  return (known & 1u << KNOWN_RECEIVED && n >= 2) || (known & 1u << KNOWN_ID && n >= 3) || n >= 5;
}

/* The state of the search. */
typedef struct {
  TextBlocks *found;
  Block block;
  gsize mark;       /* offset of the last cut mark, while the mark is near, or G_MAXSIZE */
  gsize ruled;      /* offset of the first cut mark that looks like one, or G_MAXSIZE */
  guint since_mark; /* lines since the last cut mark, without empty ones */
  GString *header;  /* blocks that are returned headers */
  guint blocks;
  gboolean done;
} Search;

/* Only a returned message begins with such a block; a summary of the original may stand above the recipients. */
static gboolean ends_the_report(const Search *search)
{
  const guint envelope = 1u << KNOWN_RECEIVED | 1u << KNOWN_PATH | 1u << KNOWN_MIME | 1u << KNOWN_TYPE;
  return search->mark != G_MAXSIZE || search->block.known & envelope;
}

/* A block has ended: keep the block if it says enough. */
static void block_close(Search *search)
{
  Block *block = &search->block;
  guint n = known_count(block->known);
  gboolean keep = n >= 2 || block->known & 1u << KNOWN_ID;
  if (keep && (is_header(block->known) || (search->mark != G_MAXSIZE && n >= 2))) {
    g_string_append_printf(search->header, "%s\n", block->text->str);
    /* this is a report that was returned in a report: its own original stands below */
    search->done = !filter_candidate(block->text->str, block->text->len);
    if (search->done && ends_the_report(search)) {
      search->found->marked = search->mark != G_MAXSIZE;
      search->found->cut = search->found->marked ? search->mark : block->start;
    }
  } else if (keep && search->header->len == 0) {
    g_string_append_printf(search->found->blocks, "%s\n", block->text->str);
  }
  const guint telling = 1u << KNOWN_ID | 1u << KNOWN_RECEIVED;
  if (keep && (block->known & telling || search->mark != G_MAXSIZE)) search->found->header = TRUE;
  if (keep) search->found->fields = MAX(search->found->fields, n);
  search->blocks += keep;
  g_string_truncate(block->text, 0);
  block->known = block->strays = 0;
}

static void search_line(Search *search, Line *line, gsize offset)
{
  Block *block = &search->block;
  gboolean open = block->text->len > 0;
  strip_quoting(line);
  if (line->line.length == 0) {
    if (open) block_close(search);
    return;
  }
  classify(line);
  if (!open && line->field) {
    block->start = offset;
    block->indent = line->indent;
  }
  if (open || line->field) block_add_line(block, line);
  if (open && block->strays > STRAY_LINES_MOST) block_close(search);
  if (line->field) return;
  if (search->mark != G_MAXSIZE && ++search->since_mark > STRAY_LINES_MOST * 2) search->mark = G_MAXSIZE;
  CutMark mark = phrases_cut(line->line);
  if (mark == CUT_NONE) return;
  if (mark == CUT_RULED) search->ruled = MIN(search->ruled, offset);
  search->mark = offset;
  search->since_mark = 0;
}

TextBlocks *returned_find(const char *text)
{
  TextBlocks *found = g_new0(TextBlocks, 1);
  *found = (TextBlocks){ .cut = strlen(text), .blocks = g_string_new(NULL) };
  Search search = { .found = found,
                    .block.text = g_string_new(NULL),
                    .mark = G_MAXSIZE,
                    .ruled = G_MAXSIZE,
                    .header = g_string_new(NULL) };
  const char *at = text;
  Line line;
  for (guint n = 0; n < LINES_MOST && !search.done && search.blocks < BLOCKS_MOST; n++) {
    gsize offset = at - text;
    if (!line_next(&at, &line)) break;
    search_line(&search, &line, offset);
  }
  if (search.block.text->len > 0) block_close(&search);
  if (!search.done && search.ruled != G_MAXSIZE) {
    found->cut = search.ruled;
    found->marked = TRUE;
  }
  g_string_prepend(found->blocks, search.header->str);
  g_string_free(search.header, TRUE);
  g_string_free(search.block.text, TRUE);
  return found;
}

void returned_read_blocks(Original *original, const TextBlocks *blocks)
{
  for (Span rest = { blocks->blocks->str, blocks->blocks->len }; rest.length > 0;) {
    gsize length = MIN(fields_length(rest) + 1, rest.length);
    returned_read(original, (Span){ rest.start, length });
    rest = (Span){ rest.start + length, rest.length - length };
  }
}

void text_blocks_free(TextBlocks *blocks)
{
  if (blocks == NULL) return;
  g_string_free(blocks->blocks, TRUE);
  g_free(blocks);
}
