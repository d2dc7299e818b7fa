/* message.c - one message of an mbox: which of its header belongs to the mbox, its key, and its separator
 * Owns:     the list of status fields, the date of a separator.
 * Must not: open files.
 * Fails:    never.
 * Tests:    tests/fetcher/mbox/test_mbox.c */
#include "fetcher/mbox/private.h"
#include <string.h>
#include <time.h>

/* Fields that belong to the mbox and not to the message. Content-Length and Lines are among them, since mutt and
 * Dovecot add both fields when they mark a message as read; Dovecot does not show Content-Length to its clients either.
 */
static const char *const status_fields[] = { "Status",         "X-Status",         "X-Keywords",
                                             "X-UID",          "X-IMAP",           "X-IMAPbase",
                                             "X-Evolution",    "X-Mozilla-Status", "X-Mozilla-Status2",
                                             "X-Mozilla-Keys", "Content-Length",   "Lines" };

void mbox_view_init(MboxView *view, GByteArray *header)
{
  g_byte_array_set_size(header, 0);
  *view = (MboxView){ .header = header };
}

/* Is this line the field of this name? *value: what follows the colon. */
static gboolean is_field(const char *line, gsize length, const char *name, const char **value)
{
  gsize n = strlen(name);
  if (length <= n || line[n] != ':' || g_ascii_strncasecmp(line, name, n) != 0) return FALSE;
  *value = line + n + 1;
  return TRUE;
}

/* What a status field says: the letters of Status and X-Status (Elm, mutt, Dovecot: D deleted, F flagged, A answered),
 * the bits of Thunderbird's hexadecimal number (3 deleted, 2 flagged, 1 answered). */
static void take_status(MboxView *view, const char *name, const char *value, gsize length)
{
  g_autofree char *text = g_strndup(value, MIN(length, 64));
  if (strcmp(name, "X-Mozilla-Status") == 0) {
    guint64 bits = g_ascii_strtoull(text, NULL, 16);
    if (bits & 0x0008) view->deleted = TRUE;
    if (bits & 0x0006) view->prized = TRUE;
  } else if (strcmp(name, "Status") == 0 || strcmp(name, "X-Status") == 0) {
    if (strchr(text, 'D') != NULL) view->deleted = TRUE;
    if (strpbrk(text, "FA") != NULL) view->prized = TRUE;
  }
}

static gboolean is_status_field(MboxView *view, const char *line, gsize length)
{
  if (strchr("sSxXcClL", line[0]) == NULL) return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS(status_fields); i++) {
    const char *value;
    if (!is_field(line, length, status_fields[i], &value)) continue;
    take_status(view, status_fields[i], value, length - (gsize)(value - line));
    return TRUE;
  }
  return FALSE;
}

gboolean mbox_view_take(MboxView *view, const char *piece, gsize length, gboolean begins)
{
  if (!view->body) {
    if (begins && mbox_is_blank(piece, length)) {
      view->body = TRUE;
      view->dropping = FALSE;
    } else if (begins && piece[0] != ' ' && piece[0] != '\t')
      view->dropping = is_status_field(view, piece, length);
    if (view->dropping) return FALSE;
    gsize room = MBOX_HEADER_MAX - view->header->len;
    if (!view->body) g_byte_array_append(view->header, (const guint8 *)piece, (guint)MIN(length, room));
  }
  view->size += length;
  for (const char *p = piece; (p = memchr(p, '\n', (gsize)(piece + length - p))) != NULL; p++) view->lines++;
  return TRUE;
}

gint64 mbox_view_key(MboxView *view, guint64 size)
{
  guint64 order = GUINT64_TO_BE(size);
  g_byte_array_append(view->header, (const guint8 *)&order, sizeof order);
  return box_key(view->header->data, view->header->len);
}

/* Finds the last word of the line that begins with a time of day; NULL: there is none. */
static const char *find_time(const char *line, int *hour, int *minute, int *second)
{
  const char *found = NULL;
  for (const char *at = strchr(line, ' '); at != NULL; at = strchr(at + 1, ' ')) {
    if (!g_ascii_isdigit(at[1]) || !g_ascii_isdigit(at[2]) || at[3] != ':' || !g_ascii_isdigit(at[4])
        || !g_ascii_isdigit(at[5]))
      continue;
    *hour = 10 * (at[1] - '0') + at[2] - '0';
    *minute = 10 * (at[4] - '0') + at[5] - '0';
    gboolean more = at[6] == ':' && g_ascii_isdigit(at[7]) && g_ascii_isdigit(at[8]);
    *second = more ? 10 * (at[7] - '0') + at[8] - '0' : 0;
    found = at + 1;
  }
  return found;
}

/* *offset: seconds of a zone such as "+0100". FALSE: the word is no such zone (MET, PST8PDT), and the time is taken for
 * local time. */
static gboolean read_zone(const char *word, int *offset)
{
  *offset = 0;
  if (strcmp(word, "UTC") == 0 || strcmp(word, "GMT") == 0) return TRUE;
  if ((word[0] != '+' && word[0] != '-') || strlen(word) != 5) return FALSE;
  for (int i = 1; i < 5; i++)
    if (!g_ascii_isdigit(word[i])) return FALSE;
  int minutes = 60 * (10 * (word[1] - '0') + word[2] - '0') + 10 * (word[3] - '0') + word[4] - '0';
  *offset = 60 * (word[0] == '-' ? -minutes : minutes);
  return TRUE;
}

/* Reads day and month in the words before the time: "Thu Nov 20" or "20 Nov". */
static gboolean read_day(const char *line, const char *end, struct tm *when)
{
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  g_autofree char *text = g_strndup(line, (gsize)(end - line));
  g_strchomp(text);
  char *last = strrchr(text, ' ');
  if (last == NULL) return FALSE;
  *last++ = '\0';
  g_strchomp(text);
  char *first = strrchr(text, ' ');
  if (first == NULL) return FALSE;
  first++;
  const char *month = g_ascii_isdigit(first[0]) ? last : first;
  when->tm_mday = (int)g_ascii_strtoull(month == last ? first : last, NULL, 10);
  when->tm_mon = -1;
  for (int i = 0; i < 12; i++)
    if (g_ascii_strncasecmp(month, months + 3 * i, 3) == 0) when->tm_mon = i;
  return when->tm_mon >= 0 && when->tm_mday >= 1 && when->tm_mday <= 31;
}

gint64 mbox_from_date(const char *line, gsize length)
{
  g_autofree char *text = g_strndup(line, MIN(length, 1000));
  g_strchomp(text);
  struct tm when = { .tm_isdst = -1 };
  const char *time = find_time(text, &when.tm_hour, &when.tm_min, &when.tm_sec);
  if (time == NULL || !read_day(text, time, &when)) return 0;
  gboolean zoned = FALSE;
  int offset = 0, year = 0;
  g_auto(GStrv) words = g_strsplit(time, " ", 6);
  for (guint i = 1; words[0] != NULL && words[i] != NULL; i++) {
    if (strlen(words[i]) == 4 && g_ascii_isdigit(words[i][0])) year = (int)g_ascii_strtoull(words[i], NULL, 10);
    int seconds;
    if (!zoned && read_zone(words[i], &seconds)) {
      zoned = TRUE;
      offset = seconds;
    }
  }
  if (year < 1970) return 0;
  when.tm_year = year - 1900;
  gint64 stored = zoned ? (gint64)timegm(&when) - offset : (gint64)mktime(&when);
  return MAX(stored, 0);
}

/* Returns the address of the Return-Path field, or "" where the field is missing or is not one word of plain
 * characters. The caller frees. */
static char *return_path(const char *head, gsize length)
{
  const char *end = head + length;
  for (const char *line = head; line < end;) {
    const char *newline = memchr(line, '\n', (gsize)(end - line));
    if (newline == NULL || mbox_is_blank(line, (gsize)(newline + 1 - line))) break;
    const char *value;
    if (is_field(line, (gsize)(newline - line), "Return-Path", &value)) {
      g_autofree char *text = g_strstrip(g_strndup(value, (gsize)(newline - value)));
      gsize size = strlen(text);
      gboolean angles = size >= 2 && text[0] == '<' && text[size - 1] == '>';
      char *address = angles ? g_strndup(text + 1, size - 2) : g_strdup(text);
      for (char *at = address; *at != '\0'; at++)
        if (!g_ascii_isgraph(*at)) *address = '\0';
      return address;
    }
    line = newline + 1;
  }
  return g_strdup("");
}

char *mbox_from_line(const char *head, gsize length, gint64 stored)
{
  static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
  static const char months[][4] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
  };
  g_autofree char *sender = return_path(head, length);
  time_t time = stored;
  struct tm when = { 0 };
  gmtime_r(&time, &when);
  return g_strdup_printf("From %s %s %s %2d %02d:%02d:%02d +0000 %d\n", *sender != '\0' ? sender : "MAILER-DAEMON",
                         days[when.tm_wday], months[when.tm_mon], when.tm_mday, when.tm_hour, when.tm_min, when.tm_sec,
                         when.tm_year + 1900);
}
