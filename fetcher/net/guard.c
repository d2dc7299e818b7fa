/* guard.c - counts what an IMAP server sends
 * Owns:     the bounds on lines, literals and nesting.
 * Must not: read, write or allocate; parse more than counting needs.
 * Fails:    by its return value, too early rather than too late: a literal taken for text would hide nesting.
 * Tests:    tests/fetcher/net/test_guard.c */
#include "fetcher/net/guard.h"
#include <string.h>

enum { TEXT, QUOTED, ESCAPED, BRACE, PLUS, CLOSED, RETURNED };

void guard_command(Guard *guard, guint64 budget)
{
  guard->left = budget;
  guard->loose = 0;
}

/* Text for people, where quotes and braces mean nothing. */
static gboolean is_status(const Guard *guard)
{
  static const char *const words[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };
  if (guard->head[0] != '*' || guard->head[1] != ' ') return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
    gsize n = strlen(words[i]);
    if (g_ascii_strncasecmp(guard->head + 2, words[i], n) == 0 && !g_ascii_isalnum(guard->head[2 + n])) return TRUE;
  }
  return FALSE;
}

static const char *end_of_line(Guard *guard)
{
  gboolean literal = (guard->state == CLOSED || guard->state == RETURNED) && !is_status(guard);
  gsize length = guard->line;
  guard->state = TEXT;
  guard->line = 0;
  if (literal) {
    if (guard->number > guard->left) return "announced more than a reasonable answer can have";
    guard->literal = guard->number;
    guard->had_literal = TRUE;
    return NULL;
  }
  if (!guard->had_literal) guard->loose += length + GUARD_ROW;
  if (guard->loose > GUARD_LOOSE) return "sent too many lines that nobody asked for";
  guard->had_literal = FALSE;
  guard->depth = 0;
  memset(guard->head, 0, sizeof guard->head);
  return NULL;
}

static const char *text(Guard *guard, char c)
{
  guard->state = TEXT;
  switch (c) {
  case '"':
    if (!is_status(guard)) guard->state = QUOTED;
    break;
  case '{':
    guard->state = BRACE;
    guard->number = 0;
    break;
  case '(':
    if (++guard->depth > GUARD_DEPTH) return "sent an answer nested too deeply";
    break;
  case ')':
    if (guard->depth > 0) guard->depth--;
    break;
  default: break;
  }
  return NULL;
}

static const char *step(Guard *guard, char c)
{
  if (c == '\n') return end_of_line(guard);
  if (guard->line < sizeof guard->head - 1 && !guard->had_literal) guard->head[guard->line] = c;
  if (++guard->line > GUARD_LINE) return "sent a line without end";
  switch (guard->state) {
  case QUOTED:
    if (c == '"') guard->state = TEXT;
    if (c == '\\') guard->state = ESCAPED;
    return NULL;
  case ESCAPED: guard->state = QUOTED; return NULL;
  case BRACE:
    if (g_ascii_isdigit(c)) {
      /* The number must not overflow; so large a number is refused at the end of the line. */
      if (guard->number < G_MAXUINT64 / 16) guard->number = guard->number * 10 + (guint64)(c - '0');
      return NULL;
    }
    if (c == '}' || c == '+') {
      guard->state = c == '}' ? CLOSED : PLUS;
      return NULL;
    }
    return text(guard, c);
  case PLUS:
    if (c != '}') return text(guard, c);
    guard->state = CLOSED;
    return NULL;
  case CLOSED:
    if (c != '\r') return text(guard, c);
    guard->state = RETURNED;
    return NULL;
  default: return text(guard, c);
  }
}

/* How many of the next bytes are text that only adds to the length of its line: most of what comes outside of literals.
 */
static gsize plain_text(const Guard *guard, const char *bytes, const char *end)
{
  const char *at = bytes;
  if (guard->state != TEXT || guard->line < sizeof guard->head) return 0;
  while (at < end && *at != '\n' && *at != '"' && *at != '{' && *at != '(' && *at != ')') at++;
  return MIN((gsize)(at - bytes), GUARD_LINE - MIN(guard->line, GUARD_LINE));
}

const char *guard_feed(Guard *guard, const char *bytes, gsize length)
{
  if (length > guard->left) return "sent more than a reasonable answer can have";
  if (guard->bytes_only) {
    guard->left -= length;
    return NULL;
  }
  const char *end = bytes + length;
  while (bytes < end) {
    gsize plain = guard->literal == 0 ? plain_text(guard, bytes, end) : 0;
    guard->line += plain;
    guard->left -= plain;
    bytes += plain;
    if (bytes == end) break;
    guard->left -= 1;
    if (guard->literal == 0) {
      const char *problem = step(guard, *bytes++);
      if (problem != NULL) return problem;
      continue;
    }
    gsize n = (gsize)MIN(guard->literal, (guint64)(end - bytes));
    guard->literal -= n;
    guard->left -= n - 1;
    bytes += n;
  }
  return NULL;
}
