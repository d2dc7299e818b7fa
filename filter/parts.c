/* parts.c - a message cut into its MIME parts
 * Owns:     where parts begin and end, and the bounds on their number and depth.
 * Must not: interpret what a part says.
 * Fails:    never; a multipart without its boundary is read as text.
 * Tests:    tests/filter/test_parts.c */
#include "filter/parts.h"

#include "filter/text.h"

#include <string.h>

static void add_entity(Parts *parts, Span entity, int inside, guint depth, const char *implied, gboolean message);

static void string_free(gpointer string) { g_string_free(string, TRUE); }

static void part_clear(Part *part)
{
  g_free(part->type);
  g_free(part->charset);
  g_free(part->encoding);
  g_free(part->name);
  g_free(part->boundary);
}

char *value_parameter(const char *value, const char *name)
{
  gsize length = strlen(name);
  gboolean quoted = FALSE;
  for (const char *at = value; *at != '\0'; at++) {
    if (*at == '\\' && at[1] != '\0')
      at++;
    else if (*at == '"')
      quoted = !quoted;
    if (quoted || at == value || !strchr("; \t", at[-1]) || g_ascii_strncasecmp(at, name, length) != 0) continue;
    const char *sign = at + length;
    while (*sign == ' ') sign++;
    if (*sign != '=') continue;
    for (sign++; *sign == ' ';) sign++;
    if (*sign != '"') return g_strndup(sign, strcspn(sign, "; \t"));
    GString *text = g_string_new(NULL);
    for (sign++; *sign != '\0' && *sign != '"'; sign++) {
      if (*sign == '\\' && sign[1] != '\0') sign++;
      g_string_append_c(text, *sign);
    }
    return g_string_free(text, FALSE);
  }
  return NULL;
}

gboolean part_is_message(const Part *part)
{
  return strcmp(part->type, "message/rfc822") == 0 || strcmp(part->type, "message/global") == 0
         || strcmp(part->type, "message/news") == 0;
}

gboolean part_is_headers(const Part *part)
{
  static const char *const types[] = { "text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers",
                                       "message/global-headers", NULL };
  if (g_strv_contains(types, part->type)) return TRUE;
  /* some gateways attach the original as an ordinary file */
  gboolean file = g_str_has_prefix(part->type, "application/") && part->name != NULL;
  return file && (g_str_has_suffix(part->name, ".eml") || g_str_has_suffix(part->name, ".822"));
}

char *part_text(const Part *part, gsize limit)
{
  g_autoptr(GString) bytes = text_decode_transfer(part->body, part->encoding, limit);
  g_autofree char *utf8 = text_to_utf8(bytes->str, bytes->len, part->charset);
  return strcmp(part->type, "text/html") == 0 ? text_from_html(utf8) : g_steal_pointer(&utf8);
}

/* Reads what a header block says about its part. */
static Part part_of(Span fields, Span body, int inside, const char *implied)
{
  Part part = { .fields = fields, .body = body, .inside = inside };
  Field field;
  g_autofree char *disposition_name = NULL;
  gboolean typed = FALSE;
  while (field_next(&fields, &field)) {
    if (field.name.length < 12 || g_ascii_tolower(*field.name.start) != 'c') continue;
    if (field_is(&field, "Content-Type") && !typed) {
      typed = TRUE;
      g_autofree char *value = field_raw(&field), *type = g_ascii_strdown(value, strcspn(value, "; \t(\""));
      if (strchr(type, '/') != NULL) part.type = g_steal_pointer(&type);
      part.charset = value_parameter(value, "charset");
      part.name = value_parameter(value, "name");
      part.boundary = value_parameter(value, "boundary");
    } else if (field_is(&field, "Content-Transfer-Encoding") && part.encoding == NULL) {
      part.encoding = field_raw(&field);
      part.encoding[strcspn(part.encoding, "; \t(")] = '\0';
    } else if (field_is(&field, "Content-Disposition") && disposition_name == NULL) {
      g_autofree char *value = field_raw(&field);
      disposition_name = value_parameter(value, "filename");
    }
  }
  const char *name = disposition_name != NULL ? disposition_name : part.name;
  char *lower = name == NULL ? NULL : g_ascii_strdown(name, -1);
  g_free(part.name);
  part.name = lower;
  if (part.type == NULL) part.type = g_strdup(implied);
  return part;
}

/* The next line of rest; FALSE at the end. */
static gboolean next_line(Span *rest, Span *line)
{
  if (rest->length == 0) return FALSE;
  const char *newline = memchr(rest->start, '\n', rest->length);
  gsize taken = newline == NULL ? rest->length : (gsize)(newline + 1 - rest->start);
  *line = (Span){ rest->start, taken };
  *rest = (Span){ rest->start + taken, rest->length - taken };
  return TRUE;
}

/* Is the line this boundary? 1: the line opens a part, 2: the line closes the last part, 0: no. */
static int boundary_at(Span line, const char *boundary, gsize length)
{
  if (line.length < length + 2 || line.start[0] != '-' || line.start[1] != '-') return 0;
  if (memcmp(line.start + 2, boundary, length) != 0) return 0;
  Span rest = span_trim((Span){ line.start + 2 + length, line.length - 2 - length });
  if (rest.length == 0) return 1;
  return rest.length >= 2 && rest.start[0] == '-' && rest.start[1] == '-' ? 2 : 0;
}

/* A boundary that no header field declared: a line "--x" directly followed by a Content- field. */
static char *guess_boundary(Span body)
{
  Span line, before = { "", 0 };
  for (guint n = 0; n < 200 && next_line(&body, &line); n++) {
    Span trimmed = span_trim(before);
    if (trimmed.length > 4 && trimmed.start[0] == '-' && trimmed.start[1] == '-' && line.length > 8
        && g_ascii_strncasecmp(line.start, "Content-", 8) == 0)
      return g_strndup(trimmed.start + 2, trimmed.length - 2);
    before = line;
  }
  return NULL;
}

/* Does the text begin with a header field? */
static gboolean begins_with_field(Span text)
{
  Span line;
  Field field;
  return next_line(&text, &line) && !g_ascii_isspace(*line.start) && field_next(&line, &field);
}

/* Adds the parts of a multipart. FALSE when the boundary does not occur. */
static gboolean add_multipart(Parts *parts, Span body, const char *boundary, int inside, guint depth,
                              const char *implied)
{
  gsize length = boundary == NULL ? 0 : strlen(boundary);
  while (length > 0 && g_ascii_isspace(boundary[length - 1])) length--;
  if (length == 0) return FALSE;
  Span line;
  const char *start = NULL;
  int found = 0;
  while (found != 2 && parts->all->len < PARTS_MOST && next_line(&body, &line)) {
    int mark = boundary_at(line, boundary, length);
    if (mark == 0) continue;
    if (start != NULL) add_entity(parts, (Span){ start, line.start - start }, inside, depth, implied, FALSE);
    start = line.start + line.length;
    found = mark;
  }
  /* the message was cut off before the last boundary, or the last boundary was forgotten */
  if (found == 1) add_entity(parts, (Span){ start, body.start + body.length - start }, inside, depth, implied, FALSE);
  return found != 0;
}

/* The body of a message part without its transfer encoding (RFC 6533 and many servers encode message parts). */
static Span decoded_message(Parts *parts, const Part *part)
{
  gboolean encoded = part->encoding != NULL
                     && (g_ascii_strcasecmp(part->encoding, "base64") == 0
                         || g_ascii_strcasecmp(part->encoding, "quoted-printable") == 0);
  if (!encoded) return part->body;
  GString *decoded = text_decode_transfer(part->body, part->encoding, part->body.length);
  g_ptr_array_add(parts->owned, decoded);
  Span text = { decoded->str, decoded->len };
  return begins_with_field(text) || !begins_with_field(part->body) ? text : part->body;
}

/* Adds the parts that lie in the part which was added last. */
static void add_inside(Parts *parts, guint index, int inside, guint depth)
{
  Part *part = &g_array_index(parts->all, Part, index);
  if (part_is_message(part)) {
    part->body = decoded_message(parts, part);
    add_entity(parts, part->body, index, depth, "text/plain", TRUE);
  } else if (g_str_has_prefix(part->type, "multipart/")) {
    Span body = part->body;
    const char *implied = strcmp(part->type, "multipart/digest") == 0 ? "message/rfc822" : "text/plain";
    if (add_multipart(parts, body, part->boundary, inside, depth, implied)) return;
    g_autofree char *guessed = guess_boundary(body);
    if (add_multipart(parts, body, guessed, inside, depth, implied)) return;
    part = &g_array_index(parts->all, Part, index);
    g_free(part->type);
    part->type = g_strdup("text/plain");
  }
}

/* Adds one part: its header block, its body, and the parts that lie in it. A message always has a header block. */
static void add_entity(Parts *parts, Span entity, int inside, guint depth, const char *implied, gboolean message)
{
  if (parts->all->len >= PARTS_MOST) return;
  while (message && entity.length > 0 && (*entity.start == '\n' || *entity.start == '\r'))
    entity.start++, entity.length--;
  if (message && depth > 0) entity = fields_begin(entity);
  gsize length = message || begins_with_field(entity) ? fields_length(entity) : 0;
  Span fields = { entity.start, length }, body = { entity.start + length, entity.length - length };
  if (body.length > 0 && *body.start == '\r') body.start++, body.length--;
  if (body.length > 0 && *body.start == '\n') body.start++, body.length--;
  Part part = part_of(fields, body, inside, implied);
  g_array_append_val(parts->all, part);
  if (depth < PARTS_DEEPEST) add_inside(parts, parts->all->len - 1, inside, depth + 1);
}

Parts *parts_new(Span message)
{
  Parts *parts = g_new(Parts, 1);
  *parts = (Parts){ g_array_new(FALSE, FALSE, sizeof(Part)), g_ptr_array_new_with_free_func(string_free) };
  g_array_set_clear_func(parts->all, (GDestroyNotify)part_clear);
  add_entity(parts, message, -1, 0, "text/plain", TRUE);
  return parts;
}

void parts_free(Parts *parts)
{
  if (parts == NULL) return;
  g_array_unref(parts->all);
  g_ptr_array_unref(parts->owned);
  g_free(parts);
}
