/* rows.c - what the data of an IMAP server says
 * Owns:     the forms of FETCH, LIST, STATUS, NAMESPACE, SEARCH, PERMANENTFLAGS and INTERNALDATE.
 * Must not: take a message for one that is not flagged when its flags cannot be read; guess.
 * Fails:    by FALSE or an empty value.
 * Tests:    tests/fetcher/imap/test_rows.c, tests/fuzz/imap.c */
#include "fetcher/imap/rows.h"
#include <string.h>
#include <time.h>

/* Takes a number of at most `most` digits. */
static gboolean digits(const char **at, const char *end, guint most, int *number)
{
  const char *start = *at;
  int value = 0;
  for (; *at < end && *at < start + most && g_ascii_isdigit(**at); ++*at) value = value * 10 + (**at - '0');
  *number = value;
  return *at > start;
}

static gboolean character(const char **at, const char *end, char c)
{
  if (*at >= end || **at != c) return FALSE;
  ++*at;
  return TRUE;
}

static gboolean month(const char **at, const char *end, int *number)
{
  static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (int i = 0; i < 12 && end - *at >= 3; i++) {
    if (g_ascii_strncasecmp(*at, names + 3 * i, 3) != 0) continue;
    *number = i;
    *at += 3;
    return TRUE;
  }
  return FALSE;
}

/* "+0130" in seconds. */
static gboolean zone(const char **at, const char *end, int *seconds)
{
  int hhmm;
  if (end - *at == 3 && (g_ascii_strncasecmp(*at, "GMT", 3) == 0 || g_ascii_strncasecmp(*at, "UTC", 3) == 0)) {
    *seconds = 0;
    return TRUE;
  }
  gboolean west = character(at, end, '-');
  if ((!west && !character(at, end, '+')) || !digits(at, end, 4, &hhmm) || *at != end || hhmm > 1459) return FALSE;
  *seconds = (hhmm / 100 * 60 + hhmm % 100) * (west ? -60 : 60);
  return TRUE;
}

gint64 internal_date_read(const char *text, gsize length)
{
  const char *at = text, *end = text + length;
  struct tm tm = { 0 };
  int year, seconds;
  while (at < end && *at == ' ') at++;
  if (!digits(&at, end, 2, &tm.tm_mday) || !character(&at, end, '-') || !month(&at, end, &tm.tm_mon)
      || !character(&at, end, '-') || !digits(&at, end, 4, &year) || !character(&at, end, ' ')
      || !digits(&at, end, 2, &tm.tm_hour) || !character(&at, end, ':') || !digits(&at, end, 2, &tm.tm_min)
      || !character(&at, end, ':') || !digits(&at, end, 2, &tm.tm_sec) || !character(&at, end, ' ')
      || !zone(&at, end, &seconds))
    return 0;
  if (year < 1970 || !g_date_valid_dmy((GDateDay)tm.tm_mday, (GDateMonth)(tm.tm_mon + 1), (GDateYear)year)) return 0;
  if (tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60) return 0;
  tm.tm_year = year - 1900;
  return MAX((gint64)timegm(&tm) - seconds, 0);
}

/* Takes a list of words, each to `word`. FALSE: it is no such list, and the cursor is behind whatever it is. */
static gboolean words(Cursor *cursor, void (*each)(const char *word, gsize length, gpointer data), gpointer data)
{
  const char *word;
  gsize length;
  Cursor start = *cursor;
  if (cursor_take(cursor, '('))
    while (cursor_word(cursor, &word, &length)) each(word, length, data);
  if (cursor->at > start.at && cursor_take(cursor, ')')) return TRUE;
  *cursor = start;
  cursor_skip(cursor);
  return FALSE;
}

static void take_flag(const char *word, gsize length, gpointer data)
{
  ScanRow *row = data;
  if (word_is(word, length, "\\Deleted")) row->deleted = TRUE;
  if (word_is(word, length, "\\Flagged") || word_is(word, length, "\\Answered")) row->prized = TRUE;
  if (word_is(word, length, "$Backscatter")) row->backscatter = TRUE;
  if (word_is(word, length, "$NotBackscatter")) row->not_backscatter = TRUE;
}

/* Takes the value of the item `name`. FALSE: there is none, or something else follows it than another item. */
static gboolean take_item(Cursor *cursor, const char *name, gsize length, FetchRow *row)
{
  Cursor start = *cursor;
  guint64 number = 0;
  g_auto(Value) value = { 0 };
  if (word_is(name, length, "FLAGS")) {
    row->flags = TRUE;
    if (!words(cursor, take_flag, &row->row)) row->row.prized = TRUE;
  } else if (word_is(name, length, "UID")) {
    if (cursor_number(cursor, &number) && number <= G_MAXUINT32) row->row.uid = (guint32)number;
  } else if (word_is(name, length, "RFC822.SIZE")) {
    if (cursor_number(cursor, &number)) row->row.size = number;
  } else if (word_is(name, length, "INTERNALDATE")) {
    if (cursor_string(cursor, &value) && value.bytes != NULL)
      row->row.stored = internal_date_read(value.bytes, value.length);
  } else if (word_is(name, length, "MODSEQ")) {
    if (!cursor_take(cursor, '(') || !cursor_number(cursor, &row->modseq) || !cursor_take(cursor, ')')) *cursor = start;
  } else if (length > 5 && g_ascii_strncasecmp(name, "BODY[", 5) == 0) {
    value_clear(&row->body);
    row->section = cursor_string(cursor, &row->body) || row->section;
  }
  if (cursor->at == start.at && !cursor_skip(cursor)) return FALSE;
  return cursor_at_end(cursor) || *cursor->at == ' ' || *cursor->at == ')';
}

gboolean fetch_row_read(Cursor cursor, FetchRow *row)
{
  const char *name;
  gsize length;
  *row = (FetchRow){ 0 };
  if (!cursor_take(&cursor, '(')) return FALSE;
  while (cursor_item(&cursor, &name, &length))
    if (!take_item(&cursor, name, length, row)) return FALSE;
  if (!cursor_take(&cursor, ')')) return FALSE;
  cursor_skip_spaces(&cursor);
  return cursor_at_end(&cursor);
}

void fetch_row_clear(FetchRow *row) { value_clear(&row->body); }

static void take_use(const char *word, gsize length, gpointer data)
{
  guint *use = data;
  if (word_is(word, length, "\\Noselect") || word_is(word, length, "\\NonExistent")) *use |= FOLDER_NOSELECT;
  if (word_is(word, length, "\\Sent")) *use |= FOLDER_SENT;
  if (word_is(word, length, "\\Trash")) *use |= FOLDER_TRASH;
  if (word_is(word, length, "\\Drafts")) *use |= FOLDER_DRAFTS;
  if (word_is(word, length, "\\Junk")) *use |= FOLDER_JUNK;
}

/* "/" or NIL. */
static gboolean take_separator(Cursor *cursor, char *separator)
{
  g_auto(Value) value = { 0 };
  if (!cursor_string(cursor, &value)) return FALSE;
  *separator = value.length > 0 ? value.bytes[0] : '\0';
  return TRUE;
}

gboolean list_row_read(Cursor cursor, guint *use, char *separator, Value *name)
{
  *use = 0;
  *name = (Value){ 0 };
  words(&cursor, take_use, use);
  return take_separator(&cursor, separator) && cursor_string(&cursor, name) && name->bytes != NULL && name->whole;
}

static guint32 within_32_bits(guint64 number) { return number <= G_MAXUINT32 ? (guint32)number : 0; }

gboolean status_row_read(Cursor cursor, StatusRow *row)
{
  const char *item;
  gsize length;
  *row = (StatusRow){ 0 };
  if (!cursor_string(&cursor, &row->name) || row->name.bytes == NULL || !cursor_take(&cursor, '(')) return FALSE;
  while (cursor_word(&cursor, &item, &length)) {
    guint64 number = 0;
    if (!cursor_number(&cursor, &number)) {
      if (!cursor_skip(&cursor)) break;
      continue;
    }
    if (word_is(item, length, "MESSAGES")) {
      row->counted = number <= G_MAXUINT32;
      row->messages = within_32_bits(number);
    }
    if (word_is(item, length, "UIDNEXT")) row->next = within_32_bits(number);
    if (word_is(item, length, "UIDVALIDITY")) row->validity = within_32_bits(number);
  }
  return cursor_take(&cursor, ')');
}

void status_row_clear(StatusRow *row) { value_clear(&row->name); }

/* One "(prefix separator ...)"; extension data follow. */
static gboolean take_namespace(Cursor *cursor, NamespaceKind kind, NamespaceTake take, gpointer data)
{
  g_auto(Value) prefix = { 0 };
  char separator;
  if (!cursor_take(cursor, '(') || !cursor_string(cursor, &prefix) || prefix.bytes == NULL
      || !take_separator(cursor, &separator))
    return FALSE;
  take(kind, &prefix, separator, data);
  while (!cursor_take(cursor, ')'))
    if (!cursor_skip(cursor)) return FALSE;
  return TRUE;
}

void namespaces_read(Cursor cursor, NamespaceTake take, gpointer data)
{
  for (NamespaceKind kind = 0; kind < NAMESPACE_KINDS; kind++) {
    if (!cursor_take(&cursor, '(')) { /* NIL: none of this kind */
      if (!cursor_skip(&cursor)) return;
      continue;
    }
    while (!cursor_take(&cursor, ')'))
      if (!take_namespace(&cursor, kind, take, data)) return;
  }
}

void search_read(Cursor cursor, GArray *uids)
{
  guint64 number;
  while (cursor_number(&cursor, &number)) {
    guint32 uid = within_32_bits(number);
    if (uid != 0) g_array_append_val(uids, uid);
  }
}

typedef struct {
  const char *one, *other;
  gboolean has_one, has_other, any;
} Kept;

static void take_kept(const char *word, gsize length, gpointer data)
{
  Kept *kept = data;
  if (word_is(word, length, "\\*")) kept->any = TRUE;
  if (word_is(word, length, kept->one)) kept->has_one = TRUE;
  if (word_is(word, length, kept->other)) kept->has_other = TRUE;
}

gboolean permanent_flags_keep(Cursor cursor, const char *one, const char *other)
{
  Kept kept = { .one = one, .other = other };
  return words(&cursor, take_kept, &kept) && (kept.any || (kept.has_one && kept.has_other));
}
