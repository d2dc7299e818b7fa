/* link_list.c - what is in a POP3 maildrop
 * Owns:     the answers to LIST and UIDL, and every number in them.
 * Must not: believe a number; trust a message that only LIST or only UIDL names.
 * Fails:    FATAL for a listing that makes no sense; LINK when the connection breaks, or the server says "later".
 * Tests:    tests/fetcher/pop3/test_link.c */
#include "fetcher/pop3/private.h"
#include <string.h>

/* The most bytes of a listing: a million rows of the longest kind. */
#define LISTING ((guint64)320 << 20)
/* RFC 1939 allows 70 characters; some servers give more. */
#define UID_LENGTH 255

static void row_clear(gpointer row) { g_free(((Pop3Row *)row)->uid); }

GArray *pop3_rows_new(void)
{
  GArray *rows = g_array_new(FALSE, TRUE, sizeof(Pop3Row));
  g_array_set_clear_func(rows, row_clear);
  return rows;
}

/* Reads the decimal number at *text, and moves *text behind the number. FALSE: no number is there, or the number is
 * over `most`. */
static gboolean take_number(const char **text, guint64 most, guint64 *number)
{
  guint64 n = 0;
  const char *p = *text + strspn(*text, " \t");
  if (!g_ascii_isdigit(*p)) return FALSE;
  for (; g_ascii_isdigit(*p); p++) {
    n = n * 10 + (guint64)(*p - '0');
    if (n > most) return FALSE;
  }
  if (*p != '\0' && *p != ' ' && *p != '\t') return FALSE;
  *text = p + strspn(p, " \t");
  *number = n;
  return TRUE;
}

static gboolean senseless(Pop3Link *link, const char *what, GError **error)
{
  g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL,
              "%s lists its messages %s, so that none can be told from another: ask whoever runs the server.",
              stream_where(link->stream), what);
  stream_abandon(link->stream);
  return FALSE;
}

/* Reads the next row of a listing: *number is its message number, *rest the text that follows. *number 0: the listing
 * has ended. */
static gboolean next_row(Pop3Link *link, guint *count, guint *number, const char **rest, GError **error)
{
  guint64 n = 0;
  *number = 0;
  if (!pop3_line(link, POP3_LINE, error)) return FALSE;
  if (strcmp(link->line->str, ".") == 0) return TRUE;
  if (++*count > POP3_ROWS) return senseless(link, "without end", error);
  *rest = link->line->str;
  if (!take_number(rest, POP3_ROWS, &n) || n == 0) return senseless(link, "under impossible numbers", error);
  *number = (guint)n;
  return TRUE;
}

/* How often was this message number named before? seen: guint8 by message number. */
static guint8 *seen_at(GByteArray *seen, guint number)
{
  guint length = seen->len;
  if (number >= length) {
    g_byte_array_set_size(seen, number + 1);
    memset(seen->data + length, 0, seen->len - length);
  }
  return &seen->data[number];
}

static gboolean take_sizes(Pop3Link *link, GByteArray *seen, GError **error)
{
  Pop3Answer answer = pop3_ask(link, LISTING, error, "LIST");
  if (answer == POP3_NONE) return FALSE;
  if (answer == POP3_ERR) return pop3_refused(link, STORE_ERROR_FATAL, "list its messages", error);
  guint count = 0, number;
  const char *rest;
  guint64 octets;
  while (next_row(link, &count, &number, &rest, error)) {
    if (number == 0) return TRUE;
    if (!take_number(&rest, POP3_SIZE, &octets)) return senseless(link, "with impossible sizes", error);
    guint8 *times = seen_at(seen, number);
    if (*times < 2) ++*times;
    if (*times > 1) continue;
    Pop3Row row = { .number = number, .octets = octets };
    g_array_append_val(link->rows, row);
    if (number >= link->sizes->len) g_array_set_size(link->sizes, number + 1);
    g_array_index(link->sizes, guint64, number) = octets + 1;
  }
  return FALSE;
}

/* NULL for what is no unique-id. */
static char *take_uid(const char *text)
{
  gsize length = strcspn(text, " \t");
  if (length == 0 || length > UID_LENGTH) return NULL;
  for (gsize i = 0; i < length; i++)
    if (text[i] < 0x21 || text[i] > 0x7e) return NULL;
  return g_strndup(text, length);
}

gboolean pop3_take_uids(Pop3Link *link, GPtrArray **uids, GError **error)
{
  Pop3Answer answer = pop3_ask(link, LISTING, error, "UIDL");
  if (answer == POP3_NONE) return FALSE;
  if (answer == POP3_ERR) {
    g_autoptr(GError) reason = NULL;
    pop3_refused(link, STORE_ERROR_FATAL, "list its messages", &reason);
    if (reason->code == STORE_ERROR_FATAL) return TRUE;
    g_propagate_error(error, g_steal_pointer(&reason));
    return FALSE;
  }
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GByteArray) seen = g_byte_array_new();
  guint count = 0, number;
  const char *rest;
  while (next_row(link, &count, &number, &rest, error)) {
    if (number == 0) {
      *uids = g_steal_pointer(&found);
      return TRUE;
    }
    guint8 *times = seen_at(seen, number);
    if (number >= found->len) g_ptr_array_set_size(found, (gint)number + 1);
    g_clear_pointer(&found->pdata[number], g_free);
    if (*times == 0) found->pdata[number] = take_uid(rest);
    *times = 1;
  }
  return FALSE;
}

/* Keeps the rows that LIST named once, and that UIDL named too (if the server has UIDL). */
static void keep_sound(Pop3Link *link, const GByteArray *seen, const GPtrArray *uids)
{
  g_autoptr(GArray) all = g_steal_pointer(&link->rows);
  link->rows = pop3_rows_new();
  for (guint i = 0; i < all->len; i++) {
    Pop3Row row = g_array_index(all, Pop3Row, i);
    if (seen->data[row.number] != 1) continue;
    if (uids != NULL) {
      if (row.number >= uids->len || uids->pdata[row.number] == NULL) continue;
      row.uid = g_steal_pointer(&uids->pdata[row.number]);
    }
    g_array_append_val(link->rows, row);
  }
}

const GArray *pop3_link_list(Pop3Link *link, GError **error)
{
  g_autoptr(GPtrArray) uids = NULL;
  g_autoptr(GByteArray) seen = g_byte_array_new();
  g_array_set_size(link->rows, 0);
  g_array_set_size(link->sizes, 0);
  /* UIDL first: mailutils writes the unique-ids into the messages when it is asked for them, and their sizes grow. */
  if (!pop3_take_uids(link, &uids, error) || !take_sizes(link, seen, error)) return NULL;
  link->nameless = uids == NULL;
  keep_sound(link, seen, uids);
  return link->rows;
}

guint64 pop3_octets(const Pop3Link *link, guint number, guint64 otherwise)
{
  guint64 size = number < link->sizes->len ? g_array_index(link->sizes, guint64, number) : 0;
  return size > 0 ? size - 1 : otherwise;
}

guint64 pop3_budget(const Pop3Link *link, guint number)
{
  return MIN(2 * pop3_octets(link, number, STREAM_BUDGET) + 65536, STREAM_BUDGET);
}
