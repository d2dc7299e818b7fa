/* reply.c - what one IMAP response is
 * Owns:     the forms of responses, response codes, and which of them mean "not now".
 * Must not: know a command or a session.
 * Fails:    by REPLY_NONSENSE.
 * Tests:    tests/fetcher/imap/test_reply.c, tests/fuzz/imap.c */
#include "fetcher/imap/reply.h"
#include <string.h>

/* The longest challenge that is passed on. */
#define CHALLENGE 8192

static const struct {
  const char *word;
  ReplyKind kind;
} states[] = {
  { "OK", REPLY_OK }, { "NO", REPLY_NO }, { "BAD", REPLY_BAD }, { "BYE", REPLY_BYE }, { "PREAUTH", REPLY_PREAUTH }
};

/* The "]" that ends the code which begins at `at`, behind its "[". Codes may hold lists and strings with a "]"; if
 * quotes or lists are not closed, the first "]" counts. NULL: there is none. */
static const char *end_of_code(const char *at, const char *end)
{
  gboolean quoted = FALSE;
  guint depth = 0;
  for (const char *p = at; p < end; p++) {
    if (*p == '"') quoted = !quoted;
    if (quoted) continue;
    if (*p == '(') depth++;
    if (*p == ')' && depth > 0) depth--;
    if (*p == ']' && depth == 0) return p;
  }
  return memchr(at, ']', (gsize)(end - at));
}

/* "[CODE more] text" or "text". */
static void read_status(Reply *reply, Cursor *cursor)
{
  cursor_skip_spaces(cursor);
  reply->text = cursor->at;
  if (cursor_at_end(cursor) || *cursor->at != '[') return;
  const char *code = cursor->at + 1, *end = end_of_code(code, cursor->end);
  if (end == NULL) return;
  reply->name = code;
  while (reply->name + reply->length < end && reply->name[reply->length] != ' ') reply->length++;
  reply->rest = (Cursor){ .reader = cursor->reader, .at = code + reply->length, .end = end };
  for (reply->text = end + 1; *reply->text == ' ';) reply->text++;
}

static gboolean read_state(Reply *reply, Cursor *cursor)
{
  const char *word;
  gsize length;
  Cursor ahead = *cursor;
  if (!cursor_word(&ahead, &word, &length)) return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS(states); i++) {
    if (!word_is(word, length, states[i].word)) continue;
    reply->kind = states[i].kind;
    read_status(reply, &ahead);
    return TRUE;
  }
  return FALSE;
}

static void read_data(Reply *reply, Cursor *cursor)
{
  guint64 number = 0;
  reply->kind = REPLY_DATA;
  reply->counted = cursor_number(cursor, &number) && number <= G_MAXUINT32;
  reply->number = reply->counted ? (guint32)number : 0;
  cursor_word(cursor, &reply->name, &reply->length);
  reply->rest = *cursor;
}

void reply_read(const Reader *reader, const char *tag, Reply *reply)
{
  Cursor cursor = cursor_over(reader);
  const char *line = cursor.at;
  gsize length = tag != NULL ? strlen(tag) : 0;
  *reply = (Reply){ .kind = REPLY_NONSENSE, .text = cursor.end, .rest = cursor };
  reply->rest.at = cursor.end;
  if (cursor_at_end(&cursor)) {
    reply->kind = REPLY_EMPTY;
  } else if (*line == '+') {
    reply->kind = REPLY_GO_ON;
    cursor.at++;
    cursor_skip_spaces(&cursor);
    reply->text = cursor.at;
  } else if (line[0] == '*' && line[1] == ' ') {
    cursor.at++;
    if (!read_state(reply, &cursor)) read_data(reply, &cursor);
  } else if (tag != NULL && strncmp(line, tag, length) == 0 && line[length] == ' ') {
    cursor.at += length;
    reply->tagged = read_state(reply, &cursor) && reply->kind <= REPLY_BAD;
    if (!reply->tagged) reply->kind = REPLY_NONSENSE;
  }
}

gboolean reply_is(const Reply *reply, const char *name)
{
  return reply->name != NULL && word_is(reply->name, reply->length, name);
}

void reply_rewrite(const Reply *reply, const char *tag, GString *line)
{
  if (reply->kind == REPLY_GO_ON) {
    gsize length = strspn(reply->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
    g_string_append_printf(line, "+ %s\r\n",
                           reply->text[length] == '\0' && length % 4 == 0 && length <= CHALLENGE ? reply->text : "");
    return;
  }
  if (!reply->tagged && reply->kind != REPLY_OK && reply->kind != REPLY_PREAUTH) return;
  for (guint i = 0; i < G_N_ELEMENTS(states); i++)
    if (states[i].kind == reply->kind)
      g_string_append_printf(line, "%s %s x\r\n", reply->tagged ? tag : "*", states[i].word);
}
