/* recipients.c - failed recipients from a report's text
 * Owns:     which line shapes tell that an address failed.
 * Must not: know mail systems by name.
 * Fails:    never; no address gives no recipient.
 * Tests:    tests/filter/test_read.c */
#include "filter/recipients.h"

#include "filter/normalise.h"
#include "filter/status.h"

#include <string.h>

#define LINES_MOST 2000
#define ADDRESSES_MOST 200
#define LOOKED_AT_MOST 2000
#define LOCAL_LONGEST ((gsize)128)
#define RECIPIENTS_MOST 100
#define DIAGNOSTIC_LONGEST 500
#define NEAR ((gsize)80) /* bytes beside an address that tell what it is */

/* How surely a line says that the address in it failed. */
enum { HINT_NONE, HINT_MENTIONED, HINT_LABELLED, HINT_REFUSED, HINT_LISTED, HINT_COMMAND };

typedef struct {
  char *address;
  int hint;
} Found;

static void found_clear(Found *found) { g_free(found->address); }

static gboolean is_local_char(guchar c)
{
  return g_ascii_isalnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

/* Letters of any script may stand in a domain. Behind an ASCII domain, though, a Chinese or Japanese sentence may go on
 * without a space, and its letters are no part of the domain. */
static gboolean is_domain_char(const char *at, gboolean ascii_so_far)
{
  guchar c = *at;
  if (c < 0x80) return g_ascii_isalnum(c) || c == '-' || c == '.' || c == '_';
  gunichar wide = g_utf8_get_char(at);
  return g_unichar_isalnum(wide) && !(ascii_so_far && wide >= 0x2e80);
}

/* Finds the address around the '@' that sign points to; FALSE when that text is no address. */
static gboolean address_around(Span line, const char *sign, Span *address)
{
  const char *start = sign, *end = sign + 1, *stop = line.start + line.length;
  gboolean ascii = TRUE;
  while (end < stop && is_domain_char(end, ascii)) {
    ascii = ascii && (guchar)*end < 0x80;
    end = g_utf8_next_char(end);
  }
  while (end > sign + 1 && strchr(".-_", end[-1]) != NULL) end--;
  const char *floor = sign - MIN((gsize)(sign - line.start), LOCAL_LONGEST);
  if (start > floor && start[-1] == '"') { /* "any text"@host */
    const char *open = g_strrstr_len(floor, start - 1 - floor, "\"");
    if (open != NULL) start = open;
  } else if (ascii) {
    while (start > floor && is_local_char(start[-1])) start--;
  } else {
    while (start > floor && (is_local_char(start[-1]) || (guchar)start[-1] >= 0x80)) start--;
  }
  while (start < sign && strchr("'`=", *start) != NULL) start++;
  *address = (Span){ start, end - start };
  return start < sign && end > sign + 1 && address->length <= 320;
}

static gboolean only(Span span, const char *characters)
{
  for (gsize i = 0; i < span.length; i++)
    if (strchr(characters, span.start[i]) == NULL) return FALSE;
  return TRUE;
}

/* Do the words before an address call the address a recipient? */
static gboolean labelled(Span before)
{
  static const char *const words[] = {
    "recipient",    "rcpt",         "address",   "deliver", "to:",       "user",
    "mailbox",      "account",      "failed",    "unknown", "empfänger", "destinataire",
    "destinatario", "destinatário", "получател", "宛先",    "收件人",    NULL
  };
  return span_has_any(before, words);
}

static gboolean is_sender_label(Span before)
{
  static const char *const words[] = {
    "mail from",   "from:",         "sender",   "contact", "mailto:", "postmaster", "reply",
    "return-path", "envelope-from", "helpdesk", "support", "abuse",   "x-",         "message-id",
    "messageid",   "question",      "write to", "fragen",  NULL
  };
  return span_has_any(before, words);
}

/* Does the line hold an SMTP reply code ("550 ") or an enhanced code ("5.1.1")? */
static gboolean has_reply_code(Span line)
{
  for (gsize i = 0; i + 3 <= line.length; i++) {
    const char *at = line.start + i;
    gboolean begins = i == 0 || !g_ascii_isalnum(at[-1]);
    if (!begins || (*at != '4' && *at != '5')) continue;
    if (at[1] == '.' && i + 4 < line.length && g_ascii_isdigit(at[2])) return TRUE;
    gboolean three = g_ascii_isdigit(at[1]) && at[1] <= '7' && g_ascii_isdigit(at[2]);
    if (three && (i + 3 == line.length || strchr(" -:", at[3]) != NULL)) return TRUE;
  }
  return FALSE;
}

/* Do the words before an address end as a label ends ("Failed Recipient: "), and not as a sentence that goes on? */
static gboolean is_label(Span before)
{
  static const char *const words[] = { "recipient", "rcpt",         "address",  "deliver",
                                       "user",      "mailbox",      "account",  "failed",
                                       "empfänger", "destinataire", "destinat", "получател",
                                       "宛先",      "收件人",       "收件者",   NULL };
  while (before.length > 0 && strchr(" \t<\"'", before.start[before.length - 1]) != NULL) before.length--;
  if (before.length == 0 || before.start[before.length - 1] != ':') return FALSE;
  gsize start = before.length - 1;
  while (start > 0 && strchr(".!?;,", before.start[start - 1]) == NULL) start--;
  const Span label = { before.start + start, before.length - start };
  return span_has_any(label, words);
}

/* Does the text begin with an address ("b@c, ...")? */
static gboolean is_address_first(Span text)
{
  for (gsize i = 0; i < text.length && !g_ascii_isspace(text.start[i]); i++)
    if (text.start[i] == '@') return i > 0;
  return FALSE;
}

/* Does the line name an address to write to for help, and not an address that failed? */
static gboolean leads_to_contact(Span line)
{
  static const char *const words[] = { "contact",   "question",   "write to",     "support", "help",   "assist",
                                       "e-mail us", "email us",   "reach us",     "enquir",  "inquir", "kontakt",
                                       "fragen",    "hilfe",      "contacte",     "soporte", "ayuda",  "assistenza",
                                       "вопрос",    "问い合わせ", "お問い合わせ", "客服",    NULL };
  return span_has_any(line, words);
}

static int hint_of(Span line, Span address)
{
  static const char *const commands[] = { "rcpt to", "final-recipient", "original-recipient", NULL };
  gsize ahead = MIN((gsize)(address.start - line.start), NEAR);
  const char *other =
      g_strrstr_len(address.start - ahead, ahead, "@"); /* words about another address say nothing about this address */
  if (other != NULL) ahead = address.start - other;
  Span before = { address.start - ahead, ahead };
  const char *end = address.start + address.length;
  Span after = { end, MIN((gsize)(line.start + line.length - end), NEAR) };
  if (is_sender_label(before)) return HINT_NONE;
  if (span_has_any(before, commands)) return HINT_COMMAND;
  if (only(before, " \t<\"'*-•[(>|;:")) {
    if (only(after, " \t>\"':;,.)]\r")) return HINT_LISTED;
    /* "a@b: 550 ...", "<a@b>... User unknown", "a@b (reason)", "a@b on <date>" */
    Span rest = span_trim((Span){ after.start, after.length });
    while (rest.length > 0 && strchr(">\"'", *rest.start) != NULL) rest.start++, rest.length--;
    if (rest.length > 0 && strchr(":;([-", *rest.start) != NULL) return HINT_LISTED;
    gboolean dots = rest.length > 1 && rest.start[0] == '.' && rest.start[1] == '.';
    gboolean goes_on =
        rest.length > 0 && *rest.start == ',' && is_address_first(span_trim((Span){ rest.start + 1, rest.length - 1 }));
    return dots || goes_on ? HINT_LISTED : HINT_LABELLED;
  }
  if (has_reply_code(before) || has_reply_code(after)) return HINT_REFUSED;
  if (labelled(before)) return is_label(before) ? HINT_REFUSED : HINT_LABELLED;
  return HINT_MENTIONED;
}

/* Is the address the owner's own, or of somebody to ask for help? Such addresses hardly ever failed. */
static gboolean is_bystander(const char *address, int hint, GPtrArray *ours)
{
  static const char *const helpers[] = { "postmaster@", "mailer-daemon@", "support@",    "helpdesk@",
                                         "abuse@",      "admin@",         "hostmaster@", NULL };
  if (ours != NULL && list_has(ours, address)) return TRUE;
  for (guint i = 0; helpers[i] != NULL; i++)
    if (hint < HINT_LISTED && g_str_has_prefix(address, helpers[i])) return TRUE;
  return FALSE;
}

/* Does the line hold nothing but the address and punctuation? */
static gboolean is_alone(Span line, Span address)
{
  const char *end = address.start + address.length;
  return only((Span){ line.start, address.start - line.start }, " \t<\"'*-•[(>|;:")
         && only((Span){ end, line.start + line.length - end }, " \t>\"':;,.)]\r");
}

static gboolean ends_in_colon(Span line)
{
  static const char wide[] = "：";
  line = span_trim(line);
  if (line.length > 0 && line.start[line.length - 1] == ':') return TRUE;
  return line.length >= strlen(wide) && memcmp(line.start + line.length - strlen(wide), wide, strlen(wide)) == 0;
}

/* Does the line above introduce a list? It ends with a colon or a rule, or is a line of the list itself. */
static gboolean introduces(Span above)
{
  above = span_trim(above);
  if (above.length == 0) return FALSE;
  gboolean ruled = strchr("-=", above.start[above.length - 1]) != NULL;
  return ruled || ends_in_colon(above) || memchr(above.start, '@', above.length) != NULL;
}

/* Adds the failed address of a line to found. above: the last line before it that has text. strict: an address without
 * other words counts only in a list that a line introduces. */
static void consider_line(GArray *found, Span line, Span above, gboolean strict, GPtrArray *ours, guint *looked_at)
{
  const char *end = line.start + line.length;
  for (const char *at = line.start; found->len < ADDRESSES_MOST && ++*looked_at < LOOKED_AT_MOST; at++) {
    at = memchr(at, '@', end - at);
    if (at == NULL) return;
    Span span;
    if (!address_around(line, at, &span)) continue;
    g_autofree char *raw = g_strndup(span.start, span.length);
    Found each = { address_normalise(raw, FALSE), hint_of(line, span) };
    gboolean first = span_trim((Span){ line.start, span.start - line.start }).length == 0;
    if (each.hint == HINT_LABELLED && first && ends_in_colon(above)) each.hint = HINT_LISTED; /* "a@b on <date>" */
    if (each.hint == HINT_LISTED && leads_to_contact(above)) each.hint = HINT_NONE;
    if (each.hint == HINT_LISTED && strict && is_alone(line, span) && !introduces(above)) each.hint = HINT_MENTIONED;
    gboolean taken = each.address != NULL && each.hint != HINT_NONE && !is_bystander(each.address, each.hint, ours);
    for (guint i = 0; taken && i < found->len; i++) {
      Found *known = &g_array_index(found, Found, i);
      if (strcmp(known->address, each.address) != 0) continue;
      known->hint = MAX(known->hint, each.hint);
      taken = FALSE;
    }
    if (taken)
      g_array_append_val(found, each);
    else
      g_free(each.address);
  }
}

static void take_diagnostic(Report *report, Span line)
{
  if (report->diagnostic != NULL && report->status != NULL) return;
  if (!has_reply_code(line)) return;
  g_autofree char *text = g_strndup(line.start, line.length);
  if (report->status == NULL) report->status = status_code_in(text);
  if (report->diagnostic == NULL) report->diagnostic = text_one_line(text, DIAGNOSTIC_LONGEST);
}

/* Reads every line of the text. report gets the answers of servers; NULL: looks for addresses alone, and strictly.
 * found gets the addresses; NULL: looks for answers alone. ours: addresses of the owner, which hardly ever failed;
 * NULL: they count like all others. */
static void consider(Report *report, GArray *found, Span rest, GPtrArray *ours)
{
  guint looked_at = 0;
  Span above = { "", 0 };
  for (guint n = 0; n < LINES_MOST && rest.length > 0; n++) {
    const char *newline = memchr(rest.start, '\n', rest.length);
    Span line = { rest.start, newline != NULL ? (gsize)(newline - rest.start) : rest.length };
    gsize taken = MIN(line.length + 1, rest.length);
    rest = (Span){ rest.start + taken, rest.length - taken };
    line.length = MIN(line.length, FIELD_LONGEST);
    if (report != NULL) take_diagnostic(report, line);
    if (found != NULL) consider_line(found, line, above, report == NULL, ours, &looked_at);
    if (span_trim(line).length > 0) above = line;
  }
}

static int best_hint(const GArray *found)
{
  int best = HINT_NONE;
  for (guint i = 0; i < found->len; i++) best = MAX(best, g_array_index(found, Found, i).hint);
  return best;
}

gboolean recipients_listed(const char *text, gsize length)
{
  g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Found));
  g_array_set_clear_func(found, (GDestroyNotify)found_clear);
  consider(NULL, found, (Span){ text, length }, NULL);
  return best_hint(found) >= HINT_REFUSED;
}

void recipients_from_text(Report *report, const char *text, gsize length, GPtrArray *ours, gboolean wanted)
{
  if (!wanted) {
    consider(report, NULL, (Span){ text, length }, NULL);
    return;
  }
  g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Found));
  g_array_set_clear_func(found, (GDestroyNotify)found_clear);
  consider(report, found, (Span){ text, length }, ours);
  int best = best_hint(found);
  if (best == HINT_NONE) { /* mail of the owner to the owner may fail, too, where the text says so plainly */
    consider(report, found, (Span){ text, length }, NULL);
    best = MAX(best_hint(found), HINT_LABELLED);
  }
  /* lists and SMTP commands name the same addresses; a mere mention counts only where nothing better is found */
  int enough = best == HINT_REFUSED ? HINT_LABELLED : MIN(best, HINT_LISTED);
  report->rank = best >= HINT_REFUSED ? RANK_LISTED : RANK_MENTIONED;
  for (guint i = 0; i < found->len; i++) {
    const Found *each = &g_array_index(found, Found, i);
    if (each->hint >= enough) list_add(report->recipients, each->address, RECIPIENTS_MOST);
  }
}
