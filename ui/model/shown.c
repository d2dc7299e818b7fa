/* shown.c - text of mail as a window may show it
 * Owns:     how characters that hide or mislead (text_hides()) are made visible.
 * Must not: know GTK; understand markup or links: all is plain text.
 * Fails:    never.
 * Tests:    tests/ui/model/test_shown.c */
#include "ui/model/shown.h"
#include "filter/normalise.h"
#include <glib/gi18n.h>
#include <string.h>

#define MARKS_MOST 4 /* combining marks on one letter: more of them would only cover other lines */

static void add_character(GString *out, gunichar c, guint *marks)
{
  *marks = g_unichar_ismark(c) ? *marks + 1 : 0;
  if (*marks > MARKS_MOST) return;
  if (text_hides(c))
    g_string_append_printf(out, "⟨U+%04X⟩", c);
  else
    g_string_append_unichar(out, c);
}

/* The character at `at`, and how many bytes it takes; U+FFFD for a byte that begins no character. */
static gunichar character_at(const char *at, gsize left, gsize *bytes)
{
  gunichar c = g_utf8_get_char_validated(at, (gssize)left);
  *bytes = 1;
  if (*at == '\0') return 0;
  if (c == (gunichar)-1 || c == (gunichar)-2) return 0xfffd;
  *bytes = (gsize)g_utf8_skip[*(const guchar *)at];
  return c;
}

char *shown_line(const char *text, gsize characters)
{
  if (text == NULL) return NULL;
  /* Looks only at bytes that can be shown. */
  gsize length = strnlen(text, characters * 4 + 4), n = 0, bytes = 0;
  guint marks = 0;
  GString *out = g_string_sized_new(length + 8);
  for (gsize at = 0; at < length; at += bytes, n++) {
    gunichar c = character_at(text + at, length - at, &bytes);
    if (n == characters) {
      g_string_append(out, "…");
      break;
    }
    add_character(out, c, &marks);
  }
  return g_string_free(out, FALSE);
}

static void add_line(GString *out, const char *line, gsize length)
{
  gsize n = 0, bytes = 0, at = 0;
  guint marks = 0;
  for (; at < length && n < SHOWN_WIDTH; at += bytes, n++) {
    gunichar c = character_at(line + at, length - at, &bytes);
    if (c == '\t')
      g_string_append(out, "    ");
    else
      add_character(out, c, &marks);
  }
  if (at == length) return;
  gsize left = 0;
  for (; at < length; at += bytes, left++) character_at(line + at, length - at, &bytes);
  g_string_append_printf(out, ngettext("… (%lu more character)", "… (%lu more characters)", left), (gulong)left);
}

char *shown_text(const char *bytes, gsize length)
{
  GString *out = g_string_sized_new(MIN(length, 1 << 20) + 64);
  guint lines = 0;
  for (gsize at = 0; at < length && lines < SHOWN_LINES; lines++) {
    const char *end = memchr(bytes + at, '\n', length - at);
    gsize line = end != NULL ? (gsize)(end - bytes) - at : length - at, kept = line;
    if (end != NULL && kept > 0 && bytes[at + kept - 1] == '\r') kept--;
    add_line(out, bytes + at, kept);
    g_string_append_c(out, '\n');
    at += line + 1;
  }
  if (lines == SHOWN_LINES) g_string_append(out, _("… (the rest is not shown)\n"));
  return g_string_free(out, FALSE);
}

static char *format(gint64 seconds, const char *pattern)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(seconds);
  char *text = time != NULL ? g_date_time_format(time, pattern) : NULL;
  return text != NULL ? text : g_strdup(_("unknown"));
}

char *shown_time(gint64 seconds)
{
  if (seconds == 0) return g_strdup(_("never"));
  g_autoptr(GDateTime) now = g_date_time_new_now_local();
  g_autoptr(GDateTime) before = g_date_time_add_days(now, -1);
  g_autofree char *today = g_date_time_format(now, "%F"), *yesterday = g_date_time_format(before, "%F");
  g_autofree char *day = format(seconds, "%F");
  if (strcmp(day, today) == 0) return format(seconds, "%H:%M");
  /* Translators: a time of yesterday */
  if (strcmp(day, yesterday) == 0) return format(seconds, _("yesterday, %H:%M"));
  /* Translators: a date with a time of day, for g_date_time_format() */
  return format(seconds, _("%-d %B %Y, %H:%M"));
}

char *shown_day(gint64 seconds)
{
  /* Translators: a date, for g_date_time_format() */
  return format(seconds, _("%-d %B %Y"));
}

char *shown_stamp(gint64 seconds) { return seconds == 0 ? g_strdup("") : format(seconds, "%F %H:%M"); }
