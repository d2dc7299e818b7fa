/* status.c - what a delivery-status part says
 * Owns:     the fields of RFC 3464, and how servers bend them.
 * Must not: look at any other part.
 * Fails:    never; groups without a recipient are dropped.
 * Tests:    tests/filter/test_read.c */
#include "filter/status.h"

#include "filter/normalise.h"

#include <string.h>

#define IDS_MOST 8
#define DIAGNOSTIC_LONGEST 500

static void recipient_clear(StatusRecipient *recipient)
{
  g_free(recipient->original);
  g_free(recipient->final);
  g_free(recipient->action);
  g_free(recipient->code);
  g_free(recipient->diagnostic);
}

Status *status_new(void)
{
  Status *status = g_new0(Status, 1);
  status->recipients = g_array_new(FALSE, FALSE, sizeof(StatusRecipient));
  g_array_set_clear_func(status->recipients, (GDestroyNotify)recipient_clear);
  status->ids = g_ptr_array_new_with_free_func(g_free);
  status->envelope_ids = g_ptr_array_new_with_free_func(g_free);
  return status;
}

void status_free(Status *status)
{
  if (status == NULL) return;
  g_array_unref(status->recipients);
  g_free(status->reporting_mta);
  g_ptr_array_unref(status->ids);
  g_ptr_array_unref(status->envelope_ids);
  g_free(status);
}

/* "rfc822; a@b" without its type. */
static const char *after_type(const char *value)
{
  const char *semicolon = strchr(value, ';');
  if (semicolon != NULL && strcspn(value, "@<\" ") > (gsize)(semicolon - value)) value = semicolon + 1;
  return value + strspn(value, " \t");
}

/* RFC 3461, 4: in an address, "+2B" stands for a byte, unless the address type has rules of its own. */
static char *decode_xtext(const char *text)
{
  GString *out = g_string_new(NULL);
  for (; *text != '\0'; text++) {
    if (*text == '+' && g_ascii_isxdigit(text[1]) && g_ascii_isxdigit(text[2]) && !g_ascii_islower(text[1])
        && !g_ascii_islower(text[2]) && (text[1] == '2' || text[1] == '3' || text[1] == '4')) {
      int byte = g_ascii_xdigit_value(text[1]) << 4 | g_ascii_xdigit_value(text[2]);
      if (byte == '+' || byte == '=' || byte == '@') {
        g_string_append_c(out, (char)byte);
        text += 2;
        continue;
      }
    }
    g_string_append_c(out, *text);
  }
  return g_string_free(out, FALSE);
}

static void take_address(char **slot, const Field *field)
{
  if (*slot != NULL) return;
  g_autofree char *raw = field_raw(field), *decoded = decode_xtext(after_type(raw));
  *slot = address_normalise(decoded, FALSE);
  if (*slot == NULL) { /* "rfc822; <a@b> (Name, by way of c)" and the like */
    g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_free);
    address_collect(decoded, addresses, 1);
    if (addresses->len > 0) *slot = g_strdup(addresses->pdata[0]);
  }
}

char *status_code_in(const char *text)
{
  for (const char *at = text; *at != '\0'; at++) {
    if ((*at != '4' && *at != '5') || at[1] != '.' || (at > text && (g_ascii_isalnum(at[-1]) || at[-1] == '.')))
      continue;
    gsize middle = strspn(at + 2, "0123456789");
    if (middle < 1 || middle > 3 || at[2 + middle] != '.') continue;
    gsize last = strspn(at + 3 + middle, "0123456789");
    const char *end = at + 3 + middle + last;
    if (last >= 1 && last <= 3 && !g_ascii_isalnum(*end) && !(*end == '.' && g_ascii_isdigit(end[1])))
      return g_strndup(at, end - at);
  }
  return NULL;
}

static const char *const status_fields[] = { "Original-Recipient",
                                             "Final-Recipient",
                                             "Action",
                                             "Status",
                                             "Diagnostic-Code",
                                             "Reporting-MTA",
                                             "X-Original-Message-ID",
                                             "Original-Message-ID",
                                             "Original-Envelope-Id",
                                             NULL };
enum { ORIGINAL, FINAL, ACTION, STATUS, DIAGNOSTIC, MTA, X_ORIGINAL_ID, ORIGINAL_ID, ENVELOPE_ID };

/* Senders may give the envelope any name (RFC 3461, 4.4); some take the Message-ID as its name. */
static void take_envelope_id(Status *status, const char *raw)
{
  g_autofree char *decoded = decode_xtext(raw);
  const char *sign = strchr(decoded, '@');
  if (sign == NULL || sign == decoded || sign[1] == '\0' || strpbrk(decoded, " ;") != NULL) return;
  id_collect(decoded, status->envelope_ids, IDS_MOST);
}

static void read_field(Status *status, StatusRecipient *recipient, int which, const Field *field)
{
  g_autofree char *raw = field_raw(field);
  switch (which) {
  case ORIGINAL: take_address(&recipient->original, field); break;
  case FINAL: take_address(&recipient->final, field); break;
  case ACTION:
    if (recipient->action == NULL)
      recipient->action = g_ascii_strdown(raw, strspn(raw, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"));
    break;
  case STATUS:
    if (recipient->code == NULL) recipient->code = status_code_in(raw);
    break;
  case DIAGNOSTIC:
    if (recipient->diagnostic == NULL) {
      g_autofree char *text = field_text(field, FIELD_LONGEST);
      recipient->diagnostic = text == NULL ? NULL : text_one_line(after_type(text), DIAGNOSTIC_LONGEST);
    }
    break;
  case MTA:
    if (status->reporting_mta == NULL) {
      const char *host = after_type(raw);
      host += strspn(host, "<[");
      gsize length = strcspn(host, " \t>]();,");
      if (length > 0 && length < 256 && g_utf8_validate(host, length, NULL))
        status->reporting_mta = g_utf8_strdown(host, length);
    }
    break;
  case ENVELOPE_ID: take_envelope_id(status, raw); break;
  default: id_collect(raw, status->ids, IDS_MOST);
  }
}

void status_read(Status *status, Span text)
{
  while (text.length > 0 && status->recipients->len < STATUS_RECIPIENTS_MOST) {
    StatusRecipient recipient = { 0 };
    Field field;
    while (field_next(&text, &field)) {
      int which = field_index(&field, status_fields);
      /* some servers put no empty line between two recipients */
      gboolean next = which == FINAL ? recipient.final != NULL : which == ORIGINAL && recipient.original != NULL;
      if (next && status->recipients->len + 1 < STATUS_RECIPIENTS_MOST) {
        g_array_append_val(status->recipients, recipient);
        recipient = (StatusRecipient){ 0 };
      }
      if (which >= 0) read_field(status, &recipient, which, &field);
    }
    if (recipient.original != NULL || recipient.final != NULL || recipient.action != NULL) {
      g_array_append_val(status->recipients, recipient);
      status->read = TRUE;
    } else {
      recipient_clear(&recipient);
    }
  }
}

void status_read_text(Status *status, const char *text, gsize length)
{
  Span all = { text, length };
  if (!span_has(all, "Final-Recipient:") && !span_has(all, "Original-Recipient:")) return;
  status_read(status, all);
}

static ReportKind kind_of(const StatusRecipient *recipient)
{
  static const struct {
    const char *word;
    ReportKind kind;
  } actions[] = { { "failed", REPORT_DSN_FAILED },   { "failure", REPORT_DSN_FAILED },
                  { "error", REPORT_DSN_FAILED },    { "expired", REPORT_DSN_FAILED },
                  { "delayed", REPORT_DSN_DELAYED }, { "delivered", REPORT_DSN_OTHER },
                  { "relayed", REPORT_DSN_OTHER },   { "expanded", REPORT_DSN_OTHER } };
  for (guint i = 0; i < G_N_ELEMENTS(actions); i++)
    if (g_strcmp0(recipient->action, actions[i].word) == 0) return actions[i].kind;
  return REPORT_DSN_FAILED;
}

ReportKind status_kind(const Status *status)
{
  ReportKind worst = REPORT_NONE;
  for (guint i = 0; i < status->recipients->len; i++) {
    ReportKind kind = kind_of(&g_array_index(status->recipients, StatusRecipient, i));
    if (worst == REPORT_NONE || kind < worst) worst = kind; /* the kinds of report.h stand in this order */
  }
  return worst;
}

void status_tell(const Status *status, ReportKind kind, Report *report)
{
  g_autoptr(GPtrArray) aliases = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < status->recipients->len; i++) {
    const StatusRecipient *recipient = &g_array_index(status->recipients, StatusRecipient, i);
    if (kind_of(recipient) != kind) continue;
    list_add(report->recipients, recipient->original, STATUS_RECIPIENTS_MOST);
    list_add(aliases, recipient->final, STATUS_RECIPIENTS_MOST);
    if (report->status == NULL) {
      report->status = g_strdup(recipient->code);
      if (report->status == NULL && recipient->diagnostic != NULL)
        report->status = status_code_in(recipient->diagnostic);
    }
    if (report->diagnostic == NULL) report->diagnostic = g_strdup(recipient->diagnostic);
  }
  for (guint i = 0; i < aliases->len; i++) list_add(report->recipients, aliases->pdata[i], STATUS_RECIPIENTS_MOST);
}
