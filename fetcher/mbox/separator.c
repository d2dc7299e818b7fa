/* separator.c - which line of an mbox begins a message
 * Owns:     what a separator is, and which lines must be quoted.
 * Must not: look at more than one line.
 * Fails:    never.
 * Tests:    tests/fetcher/mbox/test_mbox.c */
#include "fetcher/mbox/separator.h"
#include <string.h>

gboolean mbox_is_blank(const char *line, gsize length)
{
  return (length == 1 && line[0] == '\n') || (length == 2 && line[0] == '\r' && line[1] == '\n');
}

/* Two forms. "From sender Thu Nov 20 21:28:48 2026" (RFC 4155): the time of day tells it from a sentence that begins
 * with "From". And "From " with nothing after it, as Thunderbird begins every message today; that line must have its
 * end, since a line that somebody is still writing may become a sentence. A body that holds such a line after an empty
 * one, unquoted, is cut there, unless a Content-Length tells better: without this rule messages that were sent are not
 * found. */
gboolean mbox_is_separator(const char *line, gsize length)
{
  if (length < 5 || memcmp(line, "From ", 5) != 0) return FALSE;
  gsize end = MIN(length, MBOX_LINE_MAX), rest = 5;
  while (rest < end && line[rest] != '\n' && g_ascii_isspace(line[rest])) rest++;
  if (rest < end && line[rest] == '\n') return TRUE;
  for (gsize i = rest; i + 5 < end; i++)
    if (g_ascii_isdigit(line[i]) && g_ascii_isdigit(line[i + 1]) && line[i + 2] == ':' && g_ascii_isdigit(line[i + 3])
        && g_ascii_isdigit(line[i + 4]))
      return TRUE;
  return FALSE;
}

gboolean mbox_needs_quote(const char *line, gsize length)
{
  gsize marks = 0;
  while (marks < length && line[marks] == '>') marks++;
  return length - marks >= 5 && memcmp(line + marks, "From ", 5) == 0;
}
