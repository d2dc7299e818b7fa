/* normalise.c - normal forms of ids, addresses, subjects and display text
 * Owns:     what counts as the same id, the same mailbox, the same subject.
 * Must not: know what a report is; allocate more than a small multiple of its input.
 * Fails:    NULL for text that has no normal form; never aborts on any bytes.
 * Tests:    tests/filter/test_normalise.c */
#include "filter/normalise.h"

#include <string.h>

#define ID_LONGEST 998
#define ADDRESS_LONGEST 320

static gboolean is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static void trim(const char **start, const char **end)
{
  while (*start < *end && is_blank(**start)) (*start)++;
  while (*end > *start && is_blank((*end)[-1])) (*end)--;
}

/* Nothing in it needs a change, as in nearly all ids: printable ASCII. */
static gboolean is_plain(const char *at, const char *end)
{
  for (; at < end; at++)
    if (*at < ' ' || *at > '~') return FALSE;
  return TRUE;
}

char *id_normalise(const char *text, gssize length)
{
  if (text == NULL) return NULL;
  const char *at = text, *end = text + (length < 0 ? strlen(text) : (gsize)length);
  trim(&at, &end);
  if (at < end && *at == '<') {
    while (at < end && *at == '<') at++;
    const char *close = memchr(at, '>', end - at);
    if (close != NULL) end = close;
  } else {
    while (end > at && end[-1] == '>') end--;
    const char *comment = memchr(at, '(', end - at); /* "id (added by postmaster@...)" */
    if (comment != NULL && comment > at && is_blank(comment[-1])) end = comment;
  }
  trim(&at, &end);
  if (at == end || end - at > 2 * ID_LONGEST) return NULL;
  if (end - at <= ID_LONGEST && is_plain(at, end)) return g_strndup(at, end - at);

  g_autoptr(GString) id = g_string_sized_new(end - at);
  while (at < end) {
    if (*at == '\r' || *at == '\n') {
      while (at < end && is_blank(*at)) at++;
      while (id->len > 0 && is_blank(id->str[id->len - 1])) g_string_truncate(id, id->len - 1);
    } else if (g_ascii_iscntrl(*at)) {
      return NULL;
    } else {
      g_string_append_c(id, *at++);
    }
  }
  if (id->len == 0 || id->len > ID_LONGEST) return NULL;
  return g_utf8_make_valid(id->str, id->len);
}

static void take_id(GPtrArray *ids, const char *start, const char *end, guint limit)
{
  g_autofree char *id = id_normalise(start, end - start);
  list_add(ids, id, limit);
}

void id_collect(const char *value, GPtrArray *ids, guint limit)
{
  if (value == NULL) return;
  if (strchr(value, '<') == NULL) {
    if (strchr(value, ';') != NULL) return; /* "&lt;a@b" of HTML, or parameters */
    take_id(ids, value, value + strlen(value), limit);
    return;
  }
  for (const char *open = strchr(value, '<'); open != NULL && ids->len < limit; open = strchr(open + 1, '<')) {
    gsize span = strcspn(open + 1, "<>");
    if (open[span + 1] != '>') continue; /* the inner text is the id; or the id is cut off and would match nothing */
    take_id(ids, open, open + span + 2, limit);
  }
}

/* Copies text without its (comments); quoted strings are kept as they are. */
static char *without_comments(const char *text)
{
  GString *bare = g_string_new(NULL);
  guint depth = 0;
  gboolean quoted = FALSE;
  for (const char *at = text; *at != '\0'; at++) {
    if (*at == '\\' && at[1] != '\0') {
      if (depth == 0) g_string_append_len(bare, at, 2);
      at++;
    } else if (*at == '"' && depth == 0) {
      quoted = !quoted;
      g_string_append_c(bare, *at);
    } else if (*at == '(' && !quoted) {
      depth++;
    } else if (*at == ')' && !quoted && depth > 0) {
      depth--;
    } else if (depth == 0) {
      g_string_append_c(bare, *at);
    }
  }
  return g_string_free(bare, FALSE);
}

/* Narrows [start, end) to the text between the last pair of angle brackets, if there is a pair. */
static void inside_brackets(const char **start, const char **end)
{
  const char *open = NULL;
  for (const char *at = *end; at > *start && open == NULL; at--)
    if (at[-1] == '<') open = at;
  if (open == NULL) return;
  const char *close = memchr(open, '>', *end - open);
  *start = open;
  if (close != NULL) *end = close;
}

/* A copy in lower case; NULL when there is white space, a bracket or a control character in it, or bytes that are no
 * UTF-8. Before quoted_end, blanks may stand. */
static char *in_lower_case(const char *start, const char *end, const char *quoted_end)
{
  gboolean ascii = TRUE;
  for (const char *at = start; at < end; at++) {
    guchar c = *at;
    if (c == ' ' && at < quoted_end) continue;
    if (c <= ' ' || c == 0x7f || c == '<' || c == '>') return NULL;
    ascii = ascii && c < 0x80;
  }
  if (ascii) return g_ascii_strdown(start, end - start);
  if (!g_utf8_validate(start, end - start, NULL)) return NULL;
  for (const char *at = start; at < end; at = g_utf8_next_char(at))
    if ((*at != ' ' && g_unichar_isspace(g_utf8_get_char(at))) || g_unichar_iscntrl(g_utf8_get_char(at))) return NULL;
  return g_utf8_strdown(start, end - start);
}

char *address_normalise(const char *text, gboolean bare)
{
  if (text == NULL) return NULL;
  g_autofree char *plain = strchr(text, '(') == NULL ? NULL : without_comments(text);
  const char *start = plain != NULL ? plain : text, *end = start + strlen(start);
  inside_brackets(&start, &end);
  trim(&start, &end);
  if (end - start > 7 && g_ascii_strncasecmp(start, "mailto:", 7) == 0) start += 7;
  const char *route_end = *start == '@' ? memchr(start, ':', end - start) : NULL; /* "@relay:user@host" */
  if (route_end != NULL) start = route_end + 1;
  while (end > start && (end[-1] == '.' || end[-1] == ',' || end[-1] == ';' || end[-1] == '>')) end--;
  gboolean unquote = end - start > 2 && *start == '"' && end[-1] == '"'; /* "user@host" as a whole */
  if (unquote) start++, end--;
  if (start >= end || end - start > ADDRESS_LONGEST) return NULL;
  const char *sign = g_strrstr_len(start, end - start, "@");
  if (sign == NULL ? !bare : sign == start || sign + 1 == end) return NULL;
  gboolean quoted = sign != NULL && *start == '"' && sign - start > 2 && sign[-1] == '"'; /* "any text"@host */
  return in_lower_case(start, end, quoted ? sign : start);
}

void address_collect(const char *value, GPtrArray *addresses, guint limit)
{
  if (value == NULL) return;
  gboolean quoted = FALSE, angle = FALSE;
  guint depth = 0;
  const char *start = value;
  for (const char *at = value; addresses->len < limit; at++) {
    if (*at == '\\' && at[1] != '\0') {
      at++;
      continue;
    }
    if (*at == '"' && depth == 0) quoted = !quoted;
    if (!quoted && *at == '(') depth++;
    if (!quoted && *at == ')' && depth > 0) depth--;
    if (!quoted && depth == 0 && (*at == '<' || *at == '>')) angle = *at == '<';
    gboolean free_text = !quoted && depth == 0 && !angle;
    if (free_text && *at == ':' && memchr(start, '@', at - start) == NULL) start = at + 1; /* "Group: a@b, c@d;" */
    if (*at != '\0' && !(free_text && (*at == ',' || *at == ';'))) continue;
    g_autofree char *item = g_strndup(start, at - start);
    g_autofree char *address = address_normalise(item, FALSE);
    list_add(addresses, address, limit);
    if (*at == '\0') return;
    start = at + 1;
  }
}

const char *address_domain(const char *address)
{
  const char *sign = address == NULL ? NULL : strrchr(address, '@');
  return sign == NULL || sign[1] == '\0' ? NULL : sign + 1;
}

/* Wildcard match in linear space and at most length-times-length time, both short. */
static gboolean glob(const char *pattern, const char *end, const char *text)
{
  const char *star = NULL, *resume = NULL;
  while (*text != '\0') {
    if (pattern < end && *pattern == '*') {
      star = pattern++;
      resume = text;
    } else if (pattern < end && g_ascii_tolower(*pattern) == g_ascii_tolower(*text)) {
      pattern++;
      text++;
    } else if (star != NULL) {
      pattern = star + 1;
      text = ++resume;
    } else {
      return FALSE;
    }
  }
  while (pattern < end && *pattern == '*') pattern++;
  return pattern == end;
}

static gboolean any_glob(const char *patterns, const char *text)
{
  for (const char *at = patterns; *at != '\0';) {
    while (g_ascii_isspace(*at)) at++;
    gsize length = strcspn(at, ";"), bare = length;
    while (bare > 0 && g_ascii_isspace(at[bare - 1])) bare--;
    if (bare > 0 && glob(at, at + bare, text)) return TRUE;
    at += length + (at[length] == ';');
  }
  return FALSE;
}

/* This is asked for every report and account, so nothing is copied where letters are ASCII. */
gboolean address_matches(const char *address, const char *patterns)
{
  if (address == NULL || patterns == NULL) return FALSE;
  if (g_str_is_ascii(address) && g_str_is_ascii(patterns)) return any_glob(patterns, address);
  g_autofree char *valid = g_utf8_make_valid(patterns, -1), *lower = g_utf8_strdown(valid, -1);
  g_autofree char *subject = g_utf8_make_valid(address, -1), *folded = g_utf8_strdown(subject, -1);
  return any_glob(lower, folded);
}

/* Words that mail programs put before a subject when answering or forwarding, case-folded. */
static const char *const subject_prefixes[] = {
  "re",   "fw",         "fwd",  "aw",   "antw", "antwort", "wg",  "sv",     "vs",    "vb",   "vl",   "tr",
  "ref",  "rv",         "res",  "enc",  "rif",  "r",       "i",   "doorst", "odp",   "pd",   "ynt",  "ilt",
  "vá",   "továbbítás", "отв",  "ha",   "на",   "απ",      "πρθ", "σχετ",   "回复",  "答复", "转发", "回覆",
  "轉寄", "转寄",       "返信", "転送", "회신", "전달",    "رد",  "תשובה",  "הועבר",
};

/* The text after one such prefix ("Re:", "AW[2]:", "回复："), or NULL. */
static const char *after_prefix(const char *subject)
{
  for (guint i = 0; i < G_N_ELEMENTS(subject_prefixes); i++) {
    gsize length = strlen(subject_prefixes[i]);
    if (strncmp(subject, subject_prefixes[i], length) != 0) continue;
    const char *at = subject + length;
    if (*at == '[' || *at == '(' || *at == '^') {
      at++;
      while (g_ascii_isdigit(*at)) at++;
      if (*at == ']' || *at == ')') at++;
    }
    while (*at == ' ') at++;
    if (*at == ':') return at + 1;
    if (g_str_has_prefix(at, "：")) return at + strlen("：");
  }
  return NULL;
}

/* The text without differences of case and of composition. For ASCII, which most subjects are, this is a tenth of the
 * work with the same result. */
static char *fold(const char *text)
{
  if (g_str_is_ascii(text)) return g_ascii_strdown(text, -1);
  g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
  return g_utf8_casefold(composed != NULL ? composed : text, -1);
}

char *subject_normalise(const char *subject)
{
  g_autofree char *line = text_to_keep(subject, 4096);
  if (line == NULL) return g_strdup("");
  g_autofree char *folded = fold(line);
  const char *at = folded;
  for (const char *next = at; next != NULL; next = after_prefix(at)) {
    at = next;
    while (*at == ' ') at++;
  }
  return g_strdup(at);
}

/* Unicode's "default ignorable" characters that its categories do not tell, the selectors of emoji (U+FE00 to U+FE0F)
 * left out: they only choose how the character before them is drawn. */
static gboolean is_ignorable(gunichar c)
{
  static const struct {
    gunichar first, last;
  } ranges[] = {
    { 0x034f, 0x034f }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },   { 0x2028, 0x2029 },
    { 0x3164, 0x3164 }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0xe0000, 0xe0fff },
  };
  for (guint i = 0; i < G_N_ELEMENTS(ranges); i++)
    if (c >= ranges[i].first && c <= ranges[i].last) return TRUE;
  return FALSE;
}

gboolean text_hides(gunichar c)
{
  switch (g_unichar_type(c)) {
  case G_UNICODE_CONTROL:
  case G_UNICODE_FORMAT:
  case G_UNICODE_UNASSIGNED:
  case G_UNICODE_PRIVATE_USE:
  case G_UNICODE_SURROGATE: return TRUE;
  default: return is_ignorable(c);
  }
}

/* Does text_to_keep() leave this character out? FALSE: "as text_hides()": the hashes of subjects in old ledgers would
 * match no more. */
static gboolean is_not_kept(gunichar c)
{
  return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069)
         || c == 0xfeff || g_unichar_iscntrl(c);
}

static void cut_to(GString *line, gsize max)
{
  static const char ellipsis[] = "…";
  gsize keep = max >= strlen(ellipsis) ? max - strlen(ellipsis) : 0;
  g_string_truncate(line, g_utf8_find_prev_char(line->str, line->str + keep + 1) - line->str);
  if (max >= strlen(ellipsis)) g_string_append(line, ellipsis);
}

/* Is the text one line already, as nearly all text is: printable ASCII, at most max, one space between words? */
static gboolean is_one_line(const char *text, gsize max, gsize *length)
{
  char before = ' ';
  gsize n = 0;
  for (; text[n] != '\0' && n < max; before = text[n++])
    if (text[n] < ' ' || text[n] > 0x7e || (text[n] == ' ' && before == ' ')) return FALSE;
  *length = n;
  return text[n] == '\0' && (n == 0 || before != ' ');
}

static char *one_line(const char *text, gsize max, gboolean (*left_out)(gunichar c))
{
  gsize length = 0;
  if (text == NULL) return NULL;
  if (is_one_line(text, max, &length)) return g_strndup(text, length);
  length = strnlen(text, max * 4 + 4096);
  g_autofree char *valid = g_utf8_validate(text, length, NULL) ? NULL : g_utf8_make_valid(text, length);
  const char *at = valid != NULL ? valid : text, *end = valid != NULL ? valid + strlen(valid) : text + length;
  GString *line = g_string_sized_new(MIN(length, max) + 8);
  gboolean gap = FALSE;
  while (at < end && line->len <= max) {
    const char *next = at;
    while (next<end && * next> ' ' && *next < 0x7f) next++;
    gboolean plain = next > at;
    if (!plain) next = g_utf8_next_char(at);
    if (!plain && g_unichar_isspace(g_utf8_get_char(at))) {
      gap = line->len > 0;
    } else if (plain || !left_out(g_utf8_get_char(at))) {
      if (gap) g_string_append_c(line, ' ');
      gap = FALSE;
      g_string_append_len(line, at, next - at);
    }
    at = next;
  }
  if (line->len > max) cut_to(line, max);
  return g_string_free(line, FALSE);
}

char *text_one_line(const char *text, gsize max) { return one_line(text, max, text_hides); }

char *text_to_keep(const char *text, gsize max) { return one_line(text, max, is_not_kept); }

void list_add(GPtrArray *list, const char *text, guint limit)
{
  if (text == NULL || list->len >= limit || list_has(list, text)) return;
  g_ptr_array_add(list, g_strdup(text));
}

gboolean list_has(GPtrArray *list, const char *text)
{
  for (guint i = 0; i < list->len; i++)
    if (strcmp(list->pdata[i], text) == 0) return TRUE;
  return FALSE;
}

gsize utf8_floor(const char *text, gsize length)
{
  while (length > 0 && ((guchar)text[length] & 0xc0) == 0x80) length--;
  return length;
}
