/* chain.c - the Received fields of a message
 * Owns:     how servers write them: Postfix, Exim, sendmail, qmail, Exchange, Google, Courier, Dovecot, Cyrus,
 * fetchmail. Must not: know which host is whose; believe a greeting. Fails:    never; a field that can be read in two
 * ways tells nothing. Tests:    tests/filter/test_chain.c */
#include "filter/chain.h"

#include <arpa/inet.h>
#include <string.h>

#define ITEMS_MOST 64
#define TOKENS_IN_COMMENT_MOST 8
#define COMMENTS_DEEPEST 16
#define NAME_LONGEST ((gsize)253) /* RFC 1035, 2.3.4 */

/* A word, or what stands between the brackets of a comment. */
typedef struct {
  Span text;
  gboolean comment;
} Item;

typedef struct {
  Item items[ITEMS_MOST];
  guint n;
} Items;

static gboolean is_space(char c) { return c == ' ' || c == '\t'; }

/* The ')' that closes the comment at `at`; NULL: none does. */
static const char *comment_end(const char *at)
{
  guint depth = 0;
  for (; *at != '\0'; at++) {
    if (*at == '\\' && at[1] != '\0')
      at++;
    else if (*at == '(' && ++depth > COMMENTS_DEEPEST)
      return NULL;
    else if (*at == ')' && --depth == 0)
      return at;
  }
  return NULL;
}

/* The end of the word at `at`; NULL: a quotation mark in it is not closed. */
static const char *word_end(const char *at)
{
  for (; *at != '\0' && !is_space(*at) && strchr("();", *at) == NULL; at++) {
    if (*at != '"') continue;
    for (at++; *at != '"'; at++) {
      if (*at == '\\' && at[1] != '\0') at++;
      if (*at == '\0') return NULL;
    }
  }
  return at;
}

/* Takes the value apart, up to its date. FALSE: it has no end, or more than one. */
static gboolean items_read(const char *at, Items *items)
{
  for (;;) {
    while (is_space(*at)) at++;
    if (*at == '\0') return TRUE;
    if (*at == ';') return strchr(at + 1, ';') == NULL;
    if (*at == ')' || items->n == ITEMS_MOST) return FALSE;
    const gboolean comment = *at == '(';
    const char *end = comment ? comment_end(at) : word_end(at);
    if (end == NULL) return FALSE;
    if (comment) at++;
    items->items[items->n++] = (Item){ { at, (gsize)(end - at) }, comment };
    at = comment ? end + 1 : end;
  }
}

static gboolean span_is(Span span, const char *word)
{
  return span.length == strlen(word) && g_ascii_strncasecmp(span.start, word, span.length) == 0;
}

static gboolean span_begins(Span span, const char *word)
{
  gsize length = strlen(word);
  return span.length >= length && g_ascii_strncasecmp(span.start, word, length) == 0;
}

static gboolean span_ends(Span span, const char *word)
{
  gsize length = strlen(word);
  return span.length >= length && g_ascii_strncasecmp(span.start + span.length - length, word, length) == 0;
}

/* A host's name with a dot in it, lower case; NULL for an address, a bare word, or anything else. */
static char *host_name(Span text)
{
  gboolean dot = FALSE, letter = FALSE;
  if (text.length > 0 && text.start[text.length - 1] == '.') text.length--;
  if (text.length == 0 || text.length > NAME_LONGEST || *text.start == '.') return NULL;
  for (gsize i = 0; i < text.length; i++) {
    const char c = text.start[i];
    if (!g_ascii_isalnum(c) && strchr("-_.", c) == NULL) return NULL;
    if (c == '.' && text.start[i - 1] == '.') return NULL;
    dot |= c == '.';
    letter |= g_ascii_isalpha(c);
  }
  return dot && letter ? g_ascii_strdown(text.start, (gssize)text.length) : NULL;
}

static char *greeting_text(Span text)
{
  if (text.length == 0 || text.length > NAME_LONGEST) return NULL;
  for (gsize i = 0; i < text.length; i++)
    if (!g_ascii_isgraph(text.start[i])) return NULL;
  return g_ascii_strdown(text.start, (gssize)text.length);
}

/* An address in canonical text: "192.0.2.1", "IPv6:2001:db8::1", "fe80::1%5"; an IPv4 address within IPv6 is that IPv4
 * address. NULL for anything else. */
static char *address_text(Span text)
{
  char copy[64], canonical[INET6_ADDRSTRLEN];
  struct in6_addr six;
  struct in_addr four;
  if (span_begins(text, "IPv6:")) text = (Span){ text.start + 5, text.length - 5 };
  if (text.length == 0 || text.length >= sizeof copy || memchr(text.start, '\0', text.length) != NULL) return NULL;
  memcpy(copy, text.start, text.length);
  copy[text.length] = '\0';
  if (strchr(copy, ':') != NULL) copy[strcspn(copy, "%")] = '\0';
  if (inet_pton(AF_INET, copy, &four) == 1) return g_strdup(inet_ntop(AF_INET, &four, canonical, sizeof canonical));
  if (inet_pton(AF_INET6, copy, &six) != 1) return NULL;
  if (IN6_IS_ADDR_V4MAPPED(&six))
    inet_ntop(AF_INET, &six.s6_addr[12], canonical, sizeof canonical);
  else
    inet_ntop(AF_INET6, &six, canonical, sizeof canonical);
  return g_strdup(canonical);
}

/* The address in "[192.0.2.1]" or "[192.0.2.1]:25"; NULL. */
static char *literal_address(Span word)
{
  const char *end = word.length > 0 && *word.start == '[' ? memchr(word.start, ']', word.length) : NULL;
  return end != NULL ? address_text((Span){ word.start + 1, (gsize)(end - word.start - 1) }) : NULL;
}

/* What stands between "from" and "by". */
typedef struct {
  Span name;   /* the first word */
  guint words; /* how many there are, addresses apart */
  guint comments;
  char *address;
  char *named;      /* the name before the address in a comment */
  char *greeting;   /* HELO or helo= in a comment */
  gboolean literal; /* the comment with the address begins with it */
  gboolean helo;    /* ... and goes on with helo=, as only Exim's does */
  gboolean inner;   /* a socket; or "(localhost)", as sendmail writes where no address is: the machine itself */
  gboolean forged, unclear;
} Origin;

static void take_address(Origin *origin, char *address)
{
  if (origin->address != NULL) origin->unclear = TRUE;
  if (origin->address == NULL)
    origin->address = address;
  else
    g_free(address);
}

static void take_greeting(Origin *origin, Span text)
{
  if (origin->greeting != NULL)
    origin->unclear = TRUE;
  else
    origin->greeting = greeting_text(text);
}

/* The next word of a comment, or a comment within it with its brackets. FALSE: no more. */
static gboolean token_next(Span *rest, Span *token)
{
  *rest = span_trim(*rest);
  if (rest->length == 0) return FALSE;
  gsize length = 0;
  for (guint depth = 0; length < rest->length; length++) {
    const char c = rest->start[length];
    if (depth == 0 && length > 0 && (is_space(c) || c == '(')) break;
    if (c == '(') depth++;
    if (c == ')' && depth > 0 && --depth == 0) {
      length++;
      break;
    }
  }
  *token = (Span){ rest->start, length };
  *rest = (Span){ rest->start + length, rest->length - length };
  return TRUE;
}

/* "host [192.0.2.1]", "user@host [192.0.2.1] (may be forged)", "[192.0.2.1]:25 helo=host", "HELO host". */
static void read_comment(Origin *origin, Span comment)
{
  Span before = { "", 0 }, token;
  char *address = address_text(span_trim(comment));
  if (address != NULL) take_address(origin, address);
  origin->inner |= span_begins(comment, "[unix") || span_begins(comment, "unix socket");
  origin->inner |= span_is(comment, "localhost") || span_ends(comment, "@localhost");
  for (guint n = 0; address == NULL && n < TOKENS_IN_COMMENT_MOST && token_next(&comment, &token); n++) {
    char *literal = literal_address(token);
    if (literal != NULL) {
      const char *at = memrchr(before.start, '@', before.length);
      if (at != NULL) before = (Span){ at + 1, (gsize)(before.start + before.length - at - 1) };
      if (n == 1 && origin->named == NULL) origin->named = host_name(before);
      origin->literal |= n == 0;
      take_address(origin, literal);
    } else if (n == 1 && (span_is(before, "HELO") || span_is(before, "EHLO"))) {
      take_greeting(origin, token);
    } else if (span_begins(token, "helo=")) {
      origin->helo |= origin->literal;
      take_greeting(origin, (Span){ token.start + 5, token.length - 5 });
    } else if (span_begins(token, "(may be forged")) {
      origin->forged = TRUE;
    }
    before = token;
  }
}

static void read_origin_word(Origin *origin, Span word)
{
  char *address = literal_address(word);
  if (origin->name.length == 0) {
    origin->name = word;
    origin->words = 1;
    g_free(address);
  } else if (address != NULL) {
    take_address(origin, address);
  } else {
    origin->words++;
  }
}

typedef enum { CLAUSE_FROM, CLAUSE_BY, CLAUSE_VIA, CLAUSE_WITH, CLAUSE_ID, CLAUSE_FOR, CLAUSE_N } Clause;

/* The field, taken apart. */
typedef struct {
  Origin origin;
  Span first[CLAUSE_N]; /* the first word of each clause */
  gboolean has[CLAUSE_N];
  gboolean invoked; /* "(qmail 7 invoked by uid 0)" */
  gboolean exim, smtpsvc, authenticated;
} Parts;

static Clause clause_of(Span word)
{
  static const char *const names[CLAUSE_N] = { "from", "by", "via", "with", "id", "for" };
  Clause clause = CLAUSE_FROM;
  while (clause < CLAUSE_N && !span_is(word, names[clause])) clause++;
  return clause;
}

/* A word that begins a clause comes once, and only "by" may follow the origin: HELO may hold spaces, and all that a
 * field is made of. */
static void begin_clause(Parts *parts, Clause *now, Clause clause)
{
  if (clause <= CLAUSE_BY && (parts->has[clause] || (clause == CLAUSE_FROM && *now != CLAUSE_N)))
    parts->origin.unclear = TRUE;
  if (clause == CLAUSE_BY && *now != CLAUSE_N && *now != CLAUSE_FROM) parts->origin.unclear = TRUE;
  parts->has[clause] = TRUE;
  *now = clause;
}

static void read_remark(Parts *parts, Clause now, Span comment)
{
  static const char *const signs[] = { "authenticated", "auth=", "auth:", "smtp-auth", "smtp_auth", "via http", NULL };
  static const char *const not [] = { "unauth", "not auth", "helo", NULL };
  if (now == CLAUSE_N) parts->invoked |= span_has(comment, " invoked ");
  if (now > CLAUSE_FROM && now < CLAUSE_N) parts->exim |= span_begins(comment, "Exim ");
  for (guint i = 0; not [i] != NULL; i++)
    if (span_has(comment, not [i])) return;
  for (guint i = 0; signs[i] != NULL; i++) parts->authenticated |= span_has(comment, signs[i]);
}

static void read_item(Parts *parts, Clause *now, const Item *item)
{
  if (item->comment) {
    if (*now == CLAUSE_FROM) read_comment(&parts->origin, item->text);
    if (*now == CLAUSE_FROM) parts->origin.comments++;
    read_remark(parts, *now, item->text);
    return;
  }
  /* a host may greet with one of these words */
  const gboolean value = *now == CLAUSE_FROM && parts->origin.name.length == 0 && parts->origin.comments == 0;
  const Clause clause = value ? CLAUSE_N : clause_of(item->text);
  if (clause != CLAUSE_N) {
    begin_clause(parts, now, clause);
    return;
  }
  if (*now == CLAUSE_N) return;
  if (parts->first[*now].length == 0) parts->first[*now] = item->text;
  if (*now == CLAUSE_FROM) read_origin_word(&parts->origin, item->text);
  if (*now == CLAUSE_WITH) parts->smtpsvc |= span_begins(item->text, "SMTPSVC");
}

static gboolean signed_in(const Parts *parts)
{
  static const char *const protocols[] = { "ESMTPA", "ESMTPSA", "UTF8SMTPA",    "UTF8SMTPSA",    "ASMTP",
                                           "ASMTPS", "mapi",    "local-esmtpa", "local-esmtpsa", NULL };
  const Span with = parts->first[CLAUSE_WITH];
  for (guint i = 0; protocols[i] != NULL; i++)
    if (span_is(with, protocols[i])) return TRUE;
  return parts->authenticated || span_begins(with, "HTTP") || span_begins(parts->first[CLAUSE_VIA], "HTTP");
}

/* "from mail pickup service by NAME with Microsoft SMTPSVC": a program on that machine. */
static gboolean is_pickup(const Parts *parts)
{
  const Origin *origin = &parts->origin;
  return parts->smtpsvc && span_is(origin->name, "mail") && origin->words == 3 && origin->comments == 0;
}

static gboolean is_local(const Parts *parts, const Hop *hop)
{
  const Span with = parts->first[CLAUSE_WITH];
  if (!parts->has[CLAUSE_FROM]) return !hop->authenticated; /* some servers leave out whence a user signed in */
  if (hop->address != NULL) return address_scope(hop->address) == ADDRESS_LOOPBACK;
  return parts->origin.inner || span_begins(with, "LMTP") || span_is(with, "local") || is_pickup(parts);
}

/* "from host ([192.0.2.1])": Exim has verified the host's name; with others it is the greeting. */
static void tell_origin(Hop *hop, Parts *parts)
{
  Origin *origin = &parts->origin;
  const gboolean verified = origin->helo || (parts->exim && origin->literal);
  hop->address = g_steal_pointer(&origin->address);
  if (hop->address == NULL) hop->address = literal_address(origin->name);
  if (hop->address == NULL) hop->address = address_text(origin->name);
  hop->from = verified ? host_name(origin->name) : g_steal_pointer(&origin->named);
  if (origin->forged) g_clear_pointer(&hop->from, g_free);
  hop->greeting = g_steal_pointer(&origin->greeting);
  if (hop->greeting == NULL && origin->words == 1) hop->greeting = greeting_text(origin->name);
  /* fetchmail's server was asked, and did not come by itself */
  if (span_begins(parts->first[CLAUSE_WITH], "POP") || span_begins(parts->first[CLAUSE_WITH], "IMAP"))
    g_clear_pointer(&hop->address, g_free);
}

static gboolean is_clear(const Parts *parts)
{
  return !parts->origin.unclear && (parts->origin.words <= 1 || is_pickup(parts))
         && (parts->has[CLAUSE_FROM] || parts->has[CLAUSE_BY] || parts->invoked);
}

Hop *hop_read(const Field *received)
{
  Hop *hop = g_new0(Hop, 1);
  g_autofree char *raw = field_raw(received);
  Items items = { .n = 0 };
  Parts parts = { 0 };
  Clause now = CLAUSE_N;
  if (received->value.length > FIELD_LONGEST || !items_read(raw, &items)) return hop;
  for (guint i = 0; i < items.n; i++) read_item(&parts, &now, &items.items[i]);
  if (is_clear(&parts)) {
    tell_origin(hop, &parts);
    hop->by = host_name(parts.first[CLAUSE_BY]);
    hop->authenticated = signed_in(&parts);
    hop->local = is_local(&parts, hop);
  }
  g_free(parts.origin.address);
  g_free(parts.origin.named);
  g_free(parts.origin.greeting);
  return hop;
}

void hops_read(Span fields, GPtrArray *hops)
{
  Field field;
  while (hops->len < HOPS_MOST && field_next(&fields, &field))
    if (field_is(&field, "Received")) g_ptr_array_add(hops, hop_read(&field));
}

AddressScope address_scope(const char *address)
{
  struct in6_addr six;
  struct in_addr four;
  if (address == NULL) return ADDRESS_NONE;
  if (inet_pton(AF_INET, address, &four) == 1) {
    const guint32 n = ntohl(four.s_addr);
    if (n >> 24 == 127) return ADDRESS_LOOPBACK;
    const gboolean inner =
        n >> 24 == 10 || n >> 20 == 0xac1 || n >> 16 == 0xc0a8 || n >> 22 == 0x191 || n >> 16 == 0xa9fe;
    return inner ? ADDRESS_PRIVATE : ADDRESS_PUBLIC;
  }
  if (inet_pton(AF_INET6, address, &six) != 1) return ADDRESS_NONE;
  if (IN6_IS_ADDR_LOOPBACK(&six)) return ADDRESS_LOOPBACK;
  return (six.s6_addr[0] & 0xfe) == 0xfc || IN6_IS_ADDR_LINKLOCAL(&six) ? ADDRESS_PRIVATE : ADDRESS_PUBLIC;
}
