/* sent_message.c - what the header of a sent message tells the ledger
 * Owns:     which fields are asked for, and their normal forms.
 * Must not: read bodies.
 * Fails:    never; what is missing stays empty.
 * Tests:    tests/filter/test_candidate.c */
#include "filter/fields.h"
#include "filter/filter.h"
#include "filter/normalise.h"

#define IDS_MOST 16
#define REPLIES_MOST 4
#define RECIPIENTS_MOST 1000
#define SUBJECT_LONGEST 1000

const char *const filter_sent_fields[] = { "Message-ID",
                                           "Resent-Message-ID",
                                           "X-Google-Original-Message-ID",
                                           "X-Microsoft-Original-Message-ID",
                                           "X-Original-Message-ID",
                                           "To",
                                           "Cc",
                                           "Bcc",
                                           "Resent-To",
                                           "Resent-Cc",
                                           "Resent-Bcc",
                                           "Subject",
                                           "Date",
                                           "From",
                                           "In-Reply-To",
                                           "Delivered-To",
                                           "Return-Path",
                                           NULL };
enum { FIRST_RECIPIENT = 5, SUBJECT = 11, DATE, FROM, IN_REPLY_TO, DELIVERED_TO, RETURN_PATH };

/* A list of recipients may be longer than one field is ever decoded. */
static void collect_recipients(const Field *field, GPtrArray *recipients)
{
  Field piece = *field;
  while (piece.value.length > 0) {
    Span all = piece.value;
    if (piece.value.length > FIELD_LONGEST) {
      piece.value.length = FIELD_LONGEST;
      while (piece.value.length > 1 && piece.value.start[piece.value.length - 1] != ',') piece.value.length--;
      if (piece.value.length == 1) piece.value.length = FIELD_LONGEST;
    }
    g_autofree char *raw = field_raw(&piece);
    address_collect(raw, recipients, RECIPIENTS_MOST);
    piece.value = (Span){ all.start + piece.value.length, all.length - piece.value.length };
  }
}

SentMessage *sent_message_read(const char *fields, gsize length)
{
  SentMessage *message = g_new0(SentMessage, 1);
  message->message_ids = g_ptr_array_new_with_free_func(g_free);
  message->replies = g_ptr_array_new_with_free_func(g_free);
  message->recipients = g_ptr_array_new_with_free_func(g_free);
  Span rest = { fields, length };
  Field field;
  while (field_next(&rest, &field)) {
    int which = field_index(&field, filter_sent_fields);
    if (which < 0) continue;
    if (which == SUBJECT) {
      if (message->subject == NULL) message->subject = field_text(&field, SUBJECT_LONGEST);
    } else if (which == DATE) {
      if (message->date == 0) message->date = field_date(&field);
    } else if (which == FROM) {
      g_autofree char *raw = field_raw(&field);
      if (message->sender == NULL) message->sender = address_normalise(raw, FALSE);
    } else if (which == DELIVERED_TO || which == RETURN_PATH) {
      message->delivered = TRUE;
    } else if (which == IN_REPLY_TO) {
      g_autofree char *raw = field_raw(&field);
      id_collect(raw, message->replies, REPLIES_MOST);
    } else if (which >= FIRST_RECIPIENT) {
      collect_recipients(&field, message->recipients);
    } else {
      g_autofree char *raw = field_raw(&field);
      id_collect(raw, message->message_ids, IDS_MOST);
    }
  }
  return message;
}

void sent_message_free(SentMessage *message)
{
  if (message == NULL) return;
  g_ptr_array_unref(message->message_ids);
  g_ptr_array_unref(message->replies);
  g_ptr_array_unref(message->recipients);
  g_free(message->sender);
  g_free(message->subject);
  g_free(message);
}
