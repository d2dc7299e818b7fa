/* dkim_read.c - the signatures of a header, and what each of them signs
 * Owns:     which signatures are refused; canonicalisation of header fields (RFC 6376, 3.4).
 * Must not: know keys, or whose signature is worth what.
 * Fails:    never; a signature that is refused is left out.
 * Tests:    tests/filter/test_dkim.c */
#include "filter/dkim.h"
#include "filter/dkim_tags.h"
#include "filter/fields.h"
#include "filter/normalise.h"

#include <string.h>

#define SIGNATURE_FIELDS_MOST 8 /* looked at, of one header */
#define VALUE_LONGEST 512       /* bytes of b=: RSA with 4,096 bits */
#define RECIPIENTS_MOST 64

/* A header field; used: the signature that is being read covers it. */
typedef struct {
  Field field;
  Span raw; /* name, colon and value */
  gboolean used;
} Line;

static gboolean is_break(const char *at, const char *end)
{
  return *at == '\n' || (*at == '\r' && at + 1 < end && at[1] == '\n');
}

/* As it is (3.4.1), with CRLF where a mailbox has kept LF. */
static void add_simple(GString *out, Span text)
{
  for (gsize i = 0; i < text.length; i++) {
    if (text.start[i] == '\n' && (i == 0 || text.start[i - 1] != '\r')) g_string_append_c(out, '\r');
    g_string_append_c(out, text.start[i]);
  }
}

/* Unfolded, each run of white space one space, none at the end (3.4.2). The text may be continued by a further call.
 * begin: where in `out` the value begins, before which no space counts. */
static void add_relaxed_value(GString *out, gsize begin, Span text, gboolean *space)
{
  for (const char *at = text.start, *end = at + text.length; at < end; at++) {
    if (*at == ' ' || *at == '\t' || is_break(at, end)) {
      *space = TRUE;
      continue;
    }
    if (*space && out->len > begin) g_string_append_c(out, ' ');
    *space = FALSE;
    g_string_append_c(out, *at);
  }
}

/* Adds a field without what stands in `hole` (of no length: nothing is left out). */
static void add_field(GString *out, const Line *line, gboolean relaxed, Span hole)
{
  Span raw = line->raw;
  Span before = { raw.start, (gsize)(hole.start - raw.start) };
  Span after = { hole.start + hole.length, raw.length - before.length - hole.length };
  if (!relaxed) {
    add_simple(out, before);
    add_simple(out, after);
    return;
  }
  gboolean space = FALSE;
  gsize taken = (gsize)(line->field.value.start - raw.start);
  for (gsize i = 0; i < line->field.name.length; i++)
    g_string_append_c(out, g_ascii_tolower(line->field.name.start[i]));
  g_string_append_c(out, ':');
  const gsize begin = out->len;
  add_relaxed_value(out, begin, (Span){ before.start + taken, before.length - taken }, &space);
  add_relaxed_value(out, begin, after, &space);
}

static gboolean is_named(const Line *line, Span name)
{
  return line->field.name.length == name.length
         && g_ascii_strncasecmp(line->field.name.start, name.start, name.length) == 0;
}

/* Adds the fields that h= names, each name from the bottom up (5.4.2); a name that no field is left for adds nothing. A
 * name after which nothing follows is none. FALSE: too many names. */
static gboolean add_signed(GString *out, GArray *lines, const Tag *names, gboolean relaxed)
{
  Span rest = names->value, name;
  for (guint n = 0; tag_next_word(&rest, &name); n++) {
    if (n == DKIM_SIGNED_NAMES_MOST) return FALSE;
    for (guint i = lines->len; i > 0; i--) {
      Line *line = &g_array_index(lines, Line, i - 1);
      if (line->used || !is_named(line, name)) continue;
      line->used = TRUE;
      add_field(out, line, relaxed, (Span){ line->raw.start + line->raw.length, 0 });
      g_string_append(out, "\r\n");
      break;
    }
  }
  return TRUE;
}

static void digest_header(DkimSignature *signature, GArray *lines, guint index, const TagList *tags, gboolean relaxed,
                          gboolean *bounded)
{
  Line *own = &g_array_index(lines, Line, index);
  g_autoptr(GString) text = g_string_new(NULL);
  gsize length = sizeof signature->digest;
  for (guint i = 0; i < lines->len; i++) g_array_index(lines, Line, i).used = i == index;
  *bounded = add_signed(text, lines, tags_find(tags, "h"), relaxed);
  add_field(text, own, relaxed, tags_find(tags, "b")->whole);
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(checksum, (const guchar *)text->str, (gssize)text->len);
  g_checksum_get_digest(checksum, signature->digest, &length);
}

/* How many fields of this name there are; 0 where one of them is not signed. *last: one of them. */
static guint count_signed(const GArray *lines, const char *name, const Field **last)
{
  guint n = 0;
  for (guint i = 0; i < lines->len; i++) {
    const Line *line = &g_array_index(lines, Line, i);
    if (!field_is(&line->field, name)) continue;
    if (!line->used) return 0;
    *last = &line->field;
    n++;
  }
  return n;
}

static void read_from(DkimSignature *signature, const GArray *lines)
{
  const Field *field = NULL;
  if (count_signed(lines, "From", &field) != 1 || field->value.length > FIELD_LONGEST) return;
  g_autofree char *raw = field_raw(field);
  g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_free);
  address_collect(raw, addresses, 2);
  if (addresses->len == 1) signature->from = g_strdup(addresses->pdata[0]);
}

static void read_recipients(DkimSignature *signature, const GArray *lines)
{
  static const char *const names[] = { "To", "Cc" };
  const Field *field = NULL;
  for (guint k = 0; k < G_N_ELEMENTS(names); k++) {
    if (count_signed(lines, names[k], &field) == 0) continue;
    for (guint i = 0; i < lines->len; i++) {
      field = &g_array_index(lines, Line, i).field;
      if (!field_is(field, names[k])) continue;
      g_autofree char *raw = field_raw(field);
      address_collect(raw, signature->recipients, RECIPIENTS_MOST);
    }
  }
}

/* What the signed fields say: to be called while they are marked. */
static void read_signed(DkimSignature *signature, const GArray *lines)
{
  const Field *date = NULL;
  read_from(signature, lines);
  read_recipients(signature, lines);
  if (count_signed(lines, "Date", &date) == 1) signature->date = field_date(date);
}

static gboolean read_algorithm(const TagList *tags, DkimAlgorithm *algorithm)
{
  const Tag *tag = tags_find(tags, "a");
  *algorithm = tag_is(tag, "ed25519-sha256") ? DKIM_ED25519_SHA256 : DKIM_RSA_SHA256;
  return *algorithm == DKIM_ED25519_SHA256 || tag_is(tag, "rsa-sha256");
}

/* The way in which header fields are written for signing: c=header/body. */
static gboolean read_form(const TagList *tags, gboolean *relaxed)
{
  const Tag *tag = tags_find(tags, "c");
  *relaxed = FALSE;
  if (tag == NULL) return TRUE;
  const char *slash = memchr(tag->value.start, '/', tag->value.length);
  const Span header = { tag->value.start, slash != NULL ? (gsize)(slash - tag->value.start) : tag->value.length };
  const Tag form = { .value = span_trim(header) };
  *relaxed = tag_is(&form, "relaxed");
  return *relaxed || tag_is(&form, "simple");
}

/* Is the domain of i= that of d=, or below it? Without i= it is (3.5). */
static gboolean read_identity(const TagList *tags, const char *domain, gboolean *below)
{
  const Tag *tag = tags_find(tags, "i");
  *below = FALSE;
  if (tag == NULL) return TRUE;
  const char *sign = g_strrstr_len(tag->value.start, (gssize)tag->value.length, "@");
  if (sign == NULL) return FALSE;
  const char *end = tag->value.start + tag->value.length;
  g_autofree char *identity = tag_domain((Span){ sign + 1, (gsize)(end - sign - 1) }, 1);
  if (identity == NULL) return FALSE;
  *below = strcmp(identity, domain) != 0;
  gsize longer = strlen(identity), shorter = strlen(domain);
  return !*below
         || (longer > shorter + 1 && identity[longer - shorter - 1] == '.'
             && strcmp(identity + longer - shorter, domain) == 0);
}

/* The times that the signature gives; they are optional, but not in any order. */
static gboolean read_times(const TagList *tags, gint64 *made, gint64 *expires)
{
  const Tag *t = tags_find(tags, "t"), *x = tags_find(tags, "x");
  if ((t != NULL && !tag_number(t, made)) || (x != NULL && !tag_number(x, expires))) return FALSE;
  return t == NULL || x == NULL || *expires > *made;
}

/* Has it all that a signature must have (3.5, 6.1.1), and nothing that makes it worthless? l= would let anybody add to
 * the body what they like, and so would a From that is not signed. */
static gboolean is_whole(const TagList *tags)
{
  static const char *const needed[] = { "a", "b", "bh", "d", "h", "s" };
  const Tag *query = tags_find(tags, "q");
  for (guint i = 0; i < G_N_ELEMENTS(needed); i++)
    if (tags_find(tags, needed[i]) == NULL) return FALSE;
  return tag_is(tags_find(tags, "v"), "1") && tags_find(tags, "l") == NULL && tag_holds(tags_find(tags, "h"), "from")
         && (query == NULL || tag_holds(query, "dns/txt"));
}

/* The signature in line `index`; NULL: refused. */
static DkimSignature *read_one(GArray *lines, guint index, const TagList *tags)
{
  gboolean relaxed = FALSE, good = is_whole(tags);
  if (!good) return NULL;
  DkimSignature *signature = g_new0(DkimSignature, 1);
  signature->recipients = g_ptr_array_new_with_free_func(g_free);
  signature->domain = tag_domain(tags_find(tags, "d")->value, 2);
  signature->selector = tag_domain(tags_find(tags, "s")->value, 1);
  signature->value = tag_base64(tags_find(tags, "b"), VALUE_LONGEST, &signature->length);
  good = signature->domain != NULL && signature->selector != NULL && signature->value != NULL
         && read_algorithm(tags, &signature->algorithm) && read_form(tags, &relaxed)
         && read_identity(tags, signature->domain, &signature->below)
         && read_times(tags, &signature->made, &signature->expires);
  if (good) digest_header(signature, lines, index, tags, relaxed, &good);
  if (good) read_signed(signature, lines);
  if (good) return signature;
  dkim_signature_free(signature);
  return NULL;
}

/* The fields of the header; NULL where there are too many, or too many bytes. */
static GArray *split(Span header)
{
  g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(Line));
  Field field;
  header.length = fields_length(header);
  if (header.length > DKIM_HEADER_LONGEST) return NULL;
  while (field_next(&header, &field)) {
    if (lines->len == DKIM_FIELDS_MOST) return NULL;
    const char *end = field.value.start + field.value.length;
    const Line line = { field, { field.name.start, (gsize)(end - field.name.start) }, FALSE };
    g_array_append_val(lines, line);
  }
  return g_steal_pointer(&lines);
}

char *dkim_signer(Span value)
{
  TagList tags;
  const Tag *domain = tags_read(value, &tags) ? tags_find(&tags, "d") : NULL;
  return domain != NULL ? tag_domain(domain->value, 2) : NULL;
}

void dkim_read(Span header, GPtrArray *signatures)
{
  g_autoptr(GArray) lines = split(header);
  if (lines == NULL) return;
  guint looked_at = 0;
  for (guint i = lines->len; i > 0 && looked_at < SIGNATURE_FIELDS_MOST && signatures->len < DKIM_SIGNATURES_MOST;
       i--) {
    const Field *field = &g_array_index(lines, Line, i - 1).field;
    TagList tags;
    if (!field_is(field, "DKIM-Signature")) continue;
    looked_at++;
    DkimSignature *signature = tags_read(field->value, &tags) ? read_one(lines, i - 1, &tags) : NULL;
    if (signature != NULL) g_ptr_array_add(signatures, signature);
  }
}

char *dkim_key_name(const char *domain, const char *selector)
{
  g_autofree char *name = g_strdup_printf("%s._domainkey.%s", selector, domain);
  return strlen(name) <= 253 ? g_steal_pointer(&name) : NULL;
}
