/* labels.c - what reports call header fields in some twenty languages
 * Owns:     the labels; a new language is new rows.
 * Must not: know where labels stand.
 * Fails:    never.
 * Tests:    tests/filter/test_read.c */
#include "filter/labels.h"

#include "filter/text.h"

#include <string.h>

#define LABEL_LONGEST 40

/* clang-format off */
static const struct {
  const char *label;
  const char *name;
} labels[] = {
  { "the subject of the message is", "Subject" }, { "the date of the message is", "Date" }, { "from", "From" },
  { "to", "To" }, { "subject", "Subject" }, { "date", "Date" }, { "sent", "Date" }, { "cc", "Cc" },
  { "message-id", "Message-ID" }, { "message id", "Message-ID" }, { "messageid", "Message-ID" },
  { "original message-id", "Message-ID" }, { "original message id", "Message-ID" },
  { "internet message-id", "Message-ID" }, { "internet message id", "Message-ID" }, { "sent date", "Date" },
  { "date sent", "Date" }, { "sender", "Sender" }, { "return-path", "Return-Path" }, { "mail from", "Return-Path" },
  { "original sender", "Sender" }, { "recipient", "To" }, { "recipients", "To" }, { "recipient(s)", "To" }, { "von", "From" }, { "an", "To" }, { "betreff", "Subject" }, { "datum", "Date" },
  { "gesendet", "Date" }, { "nachrichten-id", "Message-ID" }, { "de", "From" }, { "à", "To" },
  { "objet", "Subject" }, { "sujet", "Subject" }, { "envoyé", "Date" }, { "date d'envoi", "Date" }, { "para", "To" },
  { "asunto", "Subject" }, { "fecha", "Date" }, { "enviado", "Date" }, { "enviado el", "Date" },
  { "assunto", "Subject" }, { "data", "Date" }, { "enviada em", "Date" }, { "da", "From" }, { "a", "To" },
  { "oggetto", "Subject" }, { "inviato", "Date" }, { "van", "From" }, { "aan", "To" }, { "onderwerp", "Subject" },
  { "verzonden", "Date" }, { "od", "From" }, { "do", "To" }, { "temat", "Subject" }, { "wysłano", "Date" },
  { "komu", "To" }, { "předmět", "Subject" }, { "odesláno", "Date" }, { "от", "From" }, { "от кого", "From" },
  { "кому", "To" }, { "тема", "Subject" }, { "дата", "Date" }, { "отправлено", "Date" }, { "från", "From" },
  { "till", "To" }, { "ämne", "Subject" }, { "skickat", "Date" }, { "fra", "From" }, { "til", "To" },
  { "emne", "Subject" }, { "sendt", "Date" }, { "lähettäjä", "From" }, { "vastaanottaja", "To" },
  { "aihe", "Subject" }, { "lähetetty", "Date" }, { "kimden", "From" }, { "kime", "To" }, { "konu", "Subject" },
  { "tarih", "Date" }, { "προς", "To" }, { "θέμα", "Subject" }, { "από", "From" }, { "差出人", "From" }, { "宛先", "To" },
  { "件名", "Subject" }, { "日時", "Date" }, { "送信日時", "Date" }, { "发件人", "From" }, { "收件人", "To" }, { "主题", "Subject" },
  { "寄件者", "From" }, { "收件者", "To" }, { "主旨", "Subject" }, { "보낸 사람", "From" }, { "받는 사람", "To" },
  { "제목", "Subject" }, { "من", "From" }, { "إلى", "To" }, { "الموضوع", "Subject" },
};
/* clang-format on */

static GHashTable *fields;

void labels_init(void)
{
  fields = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < G_N_ELEMENTS(labels); i++)
    g_hash_table_insert(fields, (gpointer)labels[i].label, (gpointer)labels[i].name);
}

const char *label_field(Span label)
{
  label = span_trim(label);
  while (label.length > 0 && strchr("*-#", *label.start) != NULL) label.start++, label.length--;
  label = span_trim(label);
  if (label.length == 0 || label.length > LABEL_LONGEST) return NULL;
  g_autoptr(GString) folded = text_fold(label.start, label.length);
  return g_hash_table_lookup(fields, folded->str);
}
