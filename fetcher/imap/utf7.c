/* folder_name.c - folder names
 * Owns:     modified UTF-7, and the usual names of the Sent folder.
 * Must not: talk to servers.
 * Fails:    NULL from folder_name_to_wire(); reading never fails.
 * Tests:    tests/fetcher/imap/test_folder_name.c */
#include "fetcher/imap/folder_name.h"
#include <string.h>

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static gboolean is_direct(gunichar c) { return c >= 0x20 && c <= 0x7e; }

/* Writes one run of other characters, UTF-16 in base64. Returns where it ends. */
static const char *shift_out(const char *p, GString *wire)
{
  guint32 bits = 0;
  guint n = 0;
  g_string_append_c(wire, '&');
  for (; *p != '\0' && !is_direct(g_utf8_get_char(p)); p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    gunichar2 units[2] = { (gunichar2)c, 0 };
    guint n_units = c > 0xffff ? 2 : 1;
    if (n_units == 2) {
      units[0] = (gunichar2)(0xd800 + ((c - 0x10000) >> 10));
      units[1] = (gunichar2)(0xdc00 + (c & 0x3ff));
    }
    for (guint i = 0; i < n_units; i++) {
      bits = bits << 16 | units[i];
      for (n += 16; n >= 6; n -= 6) g_string_append_c(wire, base64[bits >> (n - 6) & 63]);
    }
  }
  if (n > 0) g_string_append_c(wire, base64[bits << (6 - n) & 63]);
  g_string_append_c(wire, '-');
  return p;
}

char *folder_name_to_wire(const char *name)
{
  if (!g_utf8_validate(name, -1, NULL) || strpbrk(name, "\r\n") != NULL) return NULL;
  GString *wire = g_string_new(NULL);
  for (const char *p = name; *p != '\0';) {
    if (!is_direct(g_utf8_get_char(p))) {
      p = shift_out(p, wire);
      continue;
    }
    g_string_append_c(wire, *p);
    if (*p++ == '&') g_string_append_c(wire, '-');
  }
  return g_string_free(wire, FALSE);
}

/* Reads one run after its '&'. NULL when it is not valid. */
static const char *shift_in(const char *p, GString *name)
{
  g_autoptr(GArray) units = g_array_new(FALSE, FALSE, sizeof(gunichar2));
  guint32 bits = 0;
  guint n = 0;
  for (; *p != '\0' && *p != '-'; p++) {
    const char *digit = strchr(base64, *p);
    if (digit == NULL) return NULL;
    bits = bits << 6 | (guint32)(digit - base64);
    n += 6;
    if (n < 16) continue;
    n -= 16;
    gunichar2 unit = (gunichar2)(bits >> n);
    g_array_append_val(units, unit);
  }
  if (*p != '-' || units->len == 0) return NULL;
  glong used = 0;
  g_autofree char *text = g_utf16_to_utf8((const gunichar2 *)(void *)units->data, units->len, &used, NULL, NULL);
  if (text == NULL || used != (glong)units->len) return NULL;
  g_string_append(name, text);
  return p + 1;
}

char *folder_name_from_wire(const char *wire)
{
  g_autoptr(GString) name = g_string_new(NULL);
  for (const char *p = wire; *p != '\0';) {
    if (*p != '&') {
      if (!is_direct((guchar)*p)) return g_utf8_make_valid(wire, -1);
      g_string_append_c(name, *p++);
    } else if (p[1] == '-') {
      g_string_append_c(name, '&');
      p += 2;
    } else {
      p = shift_in(p + 1, name);
      if (p == NULL) return g_utf8_make_valid(wire, -1);
    }
  }
  return g_string_free(g_steal_pointer(&name), FALSE);
}

/* As mail programs and providers name it, in NFC. */
static const char *const sent_names[] = {
  /* English */
  "Sent",
  "Sent Items",
  "Sent Messages",
  "Sent Mail",
  "Sent-Mail",
  "sent_mail",
  "sentbox",
  /* German */
  "Gesendet",
  "Gesendete Objekte",
  "Gesendete Elemente",
  "Gesendete Nachrichten",
  "Gesendete Mails",
  "Gesendete E-Mails",
  /* French */
  "Envoyés",
  "Éléments envoyés",
  "Messages envoyés",
  "Courrier envoyé",
  "Objets envoyés",
  /* Spanish, Catalan, Galician */
  "Enviados",
  "Elementos enviados",
  "Mensajes enviados",
  "Correo enviado",
  "Enviats",
  "Elements enviats",
  /* Portuguese */
  "Enviadas",
  "Itens enviados",
  "Mensagens enviadas",
  "E-mails enviados",
  "Correio enviado",
  /* Italian */
  "Posta inviata",
  "Inviati",
  "Inviata",
  "Messaggi inviati",
  "Elementi inviati",
  /* Dutch */
  "Verzonden",
  "Verzonden items",
  "Verzonden berichten",
  "Verstuurd",
  /* Danish, Norwegian, Swedish, Icelandic */
  "Sendt",
  "Sendt post",
  "Sendte",
  "Sendte elementer",
  "Sendte beskeder",
  "Sende element",
  "Sendte meldinger",
  "Skickat",
  "Skickade",
  "Skickade objekt",
  "Skickade meddelanden",
  "Sendir hlutir",
  /* Finnish, Estonian */
  "Lähetetyt",
  "Lähetetyt viestit",
  "Saadetud",
  "Saadetud kirjad",
  "Saadetud üksused",
  /* Latvian, Lithuanian */
  "Nosūtītie",
  "Nosūtītās ziņas",
  "Nosūtītie vienumi",
  "Išsiųsta",
  "Išsiųsti",
  "Išsiųsti laiškai",
  /* Polish, Czech, Slovak */
  "Wysłane",
  "Elementy wysłane",
  "Wiadomości wysłane",
  "Odeslané",
  "Odeslaná pošta",
  "Odeslané zprávy",
  "Odoslané",
  "Odoslaná pošta",
  "Odoslané položky",
  /* Hungarian, Romanian */
  "Elküldött",
  "Elküldött elemek",
  "Elküldött üzenetek",
  "Elküldött levelek",
  "Trimise",
  "Mesaje trimise",
  "Elemente trimise",
  /* Slovene, Croatian, Serbian, Bosnian */
  "Poslano",
  "Poslana pošta",
  "Poslani elementi",
  "Poslane poruke",
  "Poslato",
  "Послато",
  "Послате",
  /* Russian, Ukrainian, Belarusian, Bulgarian, Macedonian */
  "Отправленные",
  "Отправленное",
  "Отправленные письма",
  "Надіслані",
  "Відправлені",
  "Надіслані елементи",
  "Адпраўленыя",
  "Дасланыя",
  "Изпратени",
  "Изпратени елементи",
  "Пратени",
  /* Greek, Turkish */
  "Απεσταλμένα",
  "Σταλμένα",
  "Απεσταλμένα στοιχεία",
  "Gönderilmiş Öğeler",
  "Gönderilmiş",
  "Gönderilen",
  "Gönderilenler",
  "Gönderilmiş Postalar",
  "Gönderilmiş iletiler",
  /* Arabic, Hebrew, Persian */
  "المرسلة",
  "المرسل",
  "العناصر المرسلة",
  "البريد المرسل",
  "الرسائل المرسلة",
  "נשלחו",
  "פריטים שנשלחו",
  "דואר שנשלח",
  "ارسال شده",
  "فرستاده شده",
  /* Japanese, Chinese, Korean */
  "送信済み",
  "送信済みメール",
  "送信済みアイテム",
  "送信済みトレイ",
  "送信ボックス",
  "已发送",
  "已发送邮件",
  "已发送的邮件",
  "已傳送",
  "已发邮件",
  "寄件備份",
  "寄件匣備份",
  "寄件备份",
  "已寄出",
  "已傳送的郵件",
  "보낸편지함",
  "보낸 편지함",
  "보낸메일함",
  "보낸 메일함",
  "보낸 편지",
  /* Vietnamese, Thai, Indonesian, Malay, Hindi */
  "Đã gửi",
  "Thư đã gửi",
  "Mục đã gửi",
  "ส่งแล้ว",
  "รายการที่ส่ง",
  "จดหมายที่ส่ง",
  "Terkirim",
  "Item Terkirim",
  "Dihantar",
  "भेजे गए",
  "भेजा गया",
  /* Basque, Irish, Welsh, Esperanto */
  "Bidalita",
  "Bidalitakoak",
  "Bidalitako mezuak",
  "Seolta",
  "Anfonwyd",
  "Eitemau a Anfonwyd",
  "Senditaj",
};

static char *fold(const char *text)
{
  g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
  return composed != NULL ? g_utf8_casefold(composed, -1) : NULL;
}

gboolean folder_name_is_sent(const char *name, char separator)
{
  const char *last = separator != '\0' ? strrchr(name, separator) : NULL;
  g_autofree char *folded = fold(last != NULL ? last + 1 : name);
  for (guint i = 0; folded != NULL && i < G_N_ELEMENTS(sent_names); i++) {
    g_autofree char *usual = fold(sent_names[i]);
    if (g_str_equal(folded, usual)) return TRUE;
  }
  return FALSE;
}
