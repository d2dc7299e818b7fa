/* gather.c - everything that the parts of a report say
 * Owns:     which part is read how.
 * Must not: weigh or decide.
 * Fails:    never; limits are those of parts.h and of the bytes given.
 * Tests:    tests/filter/test_read.c, tests/filter/test_original_text.c */
#include "filter/gather.h"

#include "filter/filter.h"
#include "filter/links.h"
#include "filter/normalise.h"
#include "filter/text.h"

#include <string.h>

#define SAID_LONGEST ((gsize)32768) /* bytes of text in which phrases are looked for */
#define PLAIN_ENOUGH 40             /* bytes of plain text from which on the HTML part beside the text is not read */

static gboolean type_is(const Part *part, const char *const *types) { return g_strv_contains(types, part->type); }

/* Is the part's own header the header of the original? Some servers leave out the Content-Type that would say so. */
static gboolean is_bare_original(const Part *part)
{
  static const char *const telling[] = { "From", "Received", "Message-ID", "Subject", "Date", "Return-Path", NULL };
  Span fields = part->fields;
  Field field;
  guint seen = 0;
  while (field_next(&fields, &field)) {
    int which = field_index(&field, telling);
    if (which >= 0) seen |= 1u << which;
  }
  return (seen & 3) != 0 && (seen & (seen - 1)) != 0;
}

static void add_text(GString *all, const char *text)
{
  if (all->len >= FILTER_READ_LIMIT) return;
  if (all->len > 0) g_string_append(all, "\n\n");
  g_string_append(all, text);
}

static void read_status(Gathered *gathered, const Part *part)
{
  g_autofree char *text = part_text(part, FILTER_READ_LIMIT);
  status_read(gathered->status, (Span){ text, strlen(text) });
  for (guint i = 0; i < gathered->status->ids->len; i++)
    list_add(gathered->original->message_ids, gathered->status->ids->pdata[i], ORIGINAL_IDS_MOST);
}

/* Reads what a receipt tells of its original: fields of the notification itself (RFC 8098, 3.2). */
static void read_receipt(Gathered *gathered, const Part *part)
{
  g_autofree char *text = part_text(part, FILTER_READ_LIMIT);
  Field field;
  gathered->receipt = TRUE;
  status_read(gathered->receipt_status, (Span){ text, strlen(text) });
  if (!field_find((Span){ text, strlen(text) }, "Original-Message-ID", &field)) return;
  g_autofree char *raw = field_raw(&field);
  id_collect(raw, gathered->original->message_ids, ORIGINAL_IDS_MOST);
}

/* Keeps the text of the original, so that ids in it are never taken for ids in the reporter's own words. */
static void keep_shown(Gathered *gathered, Span text)
{
  gsize room = FILTER_READ_LIMIT - MIN(gathered->shown->len, FILTER_READ_LIMIT);
  g_string_append_len(gathered->shown, text.start, MIN(text.length, room));
  g_string_append_c(gathered->shown, '\n');
}

/* May the part hold the original in a form that Backstop does not read: TNEF, an archive, an encrypted message, or
 * other data for a program? Signatures hold no message. */
static gboolean is_packed(const Part *part)
{
  if (strcmp(part->type, "message/partial") == 0 || strcmp(part->type, "message/external-body") == 0) return TRUE;
  return g_str_has_prefix(part->type, "application/") && strstr(part->type, "signature") == NULL;
}

static void read_parts(Gathered *gathered, const Parts *parts, int inside);

/* Reads what only the bytes of the original's header tell, as they came: its signatures. The first header that tells
 * anything counts. */
static void read_signatures(Original *original, Span header)
{
  if (original->whole || original->signatures->len > 0) return;
  original->whole = header_is_whole(header);
  dkim_read(header, original->signatures);
}

/* Reads a returned message: its header, and its parts where the returned message is a report itself. */
static void read_returned(Gathered *gathered, const Parts *parts, guint index)
{
  gathered->returned = TRUE;
  if (parts_at(parts, index)->inside < 0) keep_shown(gathered, parts_at(parts, index)->body);
  if (index + 1 >= parts->all->len || parts_at(parts, index + 1)->inside != (int)index) return;
  Span fields = parts_at(parts, index + 1)->fields;
  returned_read(gathered->original, fields);
  if (parts_at(parts, index)->inside < 0) read_signatures(gathered->original, fields);
  const Head head = head_read(fields);
  const guint report = HEAD_REPORT | HEAD_FAILED_RECIPIENTS | HEAD_NDR;
  gathered->report_inside |=
      head.signs & HEAD_SYSTEM_FROM && (head.signs & report || phrases_failing(&head.subject) > 0);
  if (head_is_candidate(&head)) read_parts(gathered, parts, index);
}

static void read_headers(Gathered *gathered, const Part *part)
{
  g_autofree char *text = part_text(part, FILTER_READ_LIMIT);
  gathered->returned = TRUE;
  if (part->inside < 0) {
    g_autoptr(GString) bytes = text_decode_transfer(part->body, part->encoding, FILTER_READ_LIMIT);
    read_signatures(gathered->original, fields_begin((Span){ bytes->str, bytes->len }));
    keep_shown(gathered, (Span){ text, strlen(text) });
  }
  returned_read(gathered->original, fields_begin((Span){ text, strlen(text) }));
}

/* Reads the parts of the report itself (inside -1), or of a report that was returned in it. Nested parts add to the
 * original, never to the text. */
static void read_parts(Gathered *gathered, const Parts *parts, int inside)
{
  static const char *const statuses[] = { "message/delivery-status", "message/global-delivery-status", NULL };
  static const char *const receipts[] = { "message/disposition-notification", "message/global-disposition-notification",
                                          NULL };
  static const char *const feedback[] = { "message/feedback-report", "application/tlsrpt+gzip",
                                          "application/tlsrpt+json", NULL };
  gboolean top = inside < 0, status_known = gathered->status->read;
  g_autoptr(GString) plain = g_string_new(NULL), html = g_string_new(NULL);
  for (guint i = 0; i < parts->all->len; i++) {
    const Part *part = parts_at(parts, i);
    if (part->inside != inside) continue;
    if (top && i > 0 && is_bare_original(part)) {
      returned_read(gathered->original, part->fields);
      read_signatures(gathered->original, part->fields);
      gathered->returned = TRUE;
      keep_shown(gathered, part->fields);
      keep_shown(gathered, part->body);
    } else if (type_is(part, statuses)) {
      if (top || !status_known) read_status(gathered, part);
      gathered->status_part |= top;
    } else if (type_is(part, receipts)) {
      if (top) read_receipt(gathered, part);
    } else if (type_is(part, feedback)) {
      gathered->feedback |= top;
    } else if (part_is_message(part)) {
      read_returned(gathered, parts, i);
    } else if (part_is_headers(part)) {
      read_headers(gathered, part);
    } else if (strcmp(part->type, "text/calendar") == 0) {
      gathered->calendar |= top;
    } else if (top && is_packed(part)) {
      gathered->packed = TRUE;
    } else if (g_str_has_prefix(part->type, "text/")) {
      g_autofree char *text = part_text(part, FILTER_READ_LIMIT);
      add_text(strcmp(part->type, "text/html") == 0 ? html : plain, text);
    }
  }
  g_autofree char *start = g_strndup(plain->str, MIN(plain->len, PLAIN_ENOUGH * 4));
  if (strlen(g_strstrip(start)) < PLAIN_ENOUGH) add_text(plain, html->str);
  if (top) {
    g_string_append_len(gathered->text, plain->str, plain->len);
    return;
  }
  g_autoptr(TextBlocks) blocks = returned_find(plain->str);
  returned_read_blocks(gathered->original, blocks);
}

/* Reads the body as it came: the last resort where the body was split into parts wrongly. */
static void read_raw(Gathered *gathered, Span body)
{
  g_autofree char *text = text_to_utf8(body.start, body.length, NULL);
  g_autoptr(TextBlocks) blocks = returned_find(text);
  returned_read_blocks(gathered->original, blocks);
}

/* The links of the original: of what came as it is, and of its parts in base64. */
static void read_links(Gathered *gathered, const Parts *parts)
{
  GPtrArray *links = gathered->original->links;
  links_collect(gathered->shown->str, gathered->shown->len, links);
  for (guint i = 0; i < parts->all->len && links->len < LINKS_MOST; i++) {
    const Part *part = parts_at(parts, i);
    if (part->inside < 0 || !g_str_has_prefix(part->type, "text/") || part->encoding == NULL
        || g_ascii_strcasecmp(part->encoding, "base64") != 0)
      continue;
    g_autoptr(GString) text = text_decode_transfer(part->body, part->encoding, LINKS_READ_MOST);
    links_collect(text->str, text->len, links);
  }
}

/* The text of the original: of its parts; else what stands in the report's own text below the original's header. */
static void read_text(Gathered *gathered, const Parts *parts)
{
  g_autoptr(GString) all = g_string_new(NULL);
  for (guint i = 0; i < parts->all->len && all->len < ORIGINAL_TEXT_MOST; i++) {
    const Part *part = parts_at(parts, i);
    const gboolean bare = part->inside < 0 && i > 0 && is_bare_original(part);
    if (!bare && (part->inside < 0 || part_is_headers(part) || !g_str_has_prefix(part->type, "text/"))) continue;
    g_autofree char *text = part_text(part, ORIGINAL_TEXT_MOST - all->len);
    g_string_append_printf(all, "%s\n", text);
  }
  if (all->len == 0 && gathered->blocks->cut < gathered->text->len) {
    const Span below = { gathered->text->str + gathered->blocks->cut, gathered->text->len - gathered->blocks->cut };
    const Span header = fields_begin(below);
    const gsize length = fields_length(header);
    g_string_append_len(all, header.start + length, MIN(header.length - length, ORIGINAL_TEXT_MOST));
  }
  if (all->len > 0) gathered->original->text = g_utf8_make_valid(all->str, (gssize)all->len);
}

/* Do most lines quote somebody ("> ")? Then a person writes about the quoted text. */
static gboolean mostly_quoted(const char *text)
{
  guint lines = 0, quoted = 0;
  for (const char *at = text; *at != '\0' && lines < 500;) {
    gsize length = strcspn(at, "\n");
    if (length > 1) lines++;
    if (*at == '>') quoted++;
    at += length + (at[length] == '\n');
  }
  return quoted * 2 > lines;
}

/* Drops the backslashes of a notification in JSON, which holds strings within strings. */
static void drop_backslashes(GString *text)
{
  gsize kept = 0;
  for (gsize i = 0; i < text->len; i++)
    if (text->str[i] != '\\') text->str[kept++] = text->str[i];
  g_string_truncate(text, kept);
}

/* Reads the body: first its parts, then the text, then the body as it came. */
static void gather_body(Gathered *gathered, Span message)
{
  Original *original = gathered->original;
  g_autoptr(Parts) parts = parts_new(message);
  read_parts(gathered, parts, -1);
  if (gathered->text->len > 0 && *gathered->text->str == '{') drop_backslashes(gathered->text);
  const char *text = gathered->text->str;
  gathered->blocks = returned_find(text);
  if (!gathered->returned)
    read_signatures(original,
                    fields_begin((Span){ text + gathered->blocks->cut, strlen(text + gathered->blocks->cut) }));
  if (!gathered->status->read) status_read_text(gathered->status, text, gathered->blocks->cut);
  if (!gathered->returned || original->message_ids->len == 0) returned_read_blocks(original, gathered->blocks);
  if (!gathered->returned && original->message_ids->len == 0 && parts->all->len > 1)
    read_raw(gathered, parts_at(parts, 0)->body);
  g_autoptr(GString) folded = text_fold(text, utf8_floor(text, MIN(gathered->blocks->cut, SAID_LONGEST)));
  phrases_score(folded->str, folded->len, PHRASE_IN_TEXT, &gathered->said);
  keep_shown(gathered, (Span){ text + gathered->blocks->cut, gathered->text->len - gathered->blocks->cut });
  read_links(gathered, parts);
  read_text(gathered, parts);
  original->header = gathered->returned || gathered->blocks->header;
  gathered->dialogue = strstr(folded->str, "rcpt to:<") != NULL;
  gathered->quoted = mostly_quoted(text);
}

Gathered *gather(Span message, Original *original)
{
  Gathered *gathered = g_new0(Gathered, 1);
  gathered->original = original;
  gathered->status = status_new();
  gathered->receipt_status = status_new();
  gathered->own_ids = g_ptr_array_new_with_free_func(g_free);
  gathered->text = g_string_new(NULL);
  gathered->shown = g_string_new(NULL);
  while (message.length > 0 && (*message.start == '\n' || *message.start == '\r')) message.start++, message.length--;
  gathered->fields = (Span){ message.start, fields_length(message) };
  gathered->head = head_read(gathered->fields);
  /* a message that the candidate test turns away is read no further, wherever it comes from: both must agree */
  if (head_is_candidate(&gathered->head))
    gather_body(gathered, message);
  else
    gathered->blocks = returned_find("");
  return gathered;
}

void gathered_free(Gathered *gathered)
{
  if (gathered == NULL) return;
  status_free(gathered->status);
  status_free(gathered->receipt_status);
  g_ptr_array_unref(gathered->own_ids);
  g_string_free(gathered->text, TRUE);
  g_string_free(gathered->shown, TRUE);
  text_blocks_free(gathered->blocks);
  g_free(gathered);
}
