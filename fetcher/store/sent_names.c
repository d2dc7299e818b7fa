/* sent_names.c - what the Sent folder is called in many languages
 * Owns:     the table of these names.
 * Must not: talk to servers; choose a folder (folders.c does).
 * Fails:    never.
 * Tests:    tests/fetcher/store/test_sent_names.c */
#include "fetcher/store/sent_names.h"
#include "fetcher/store/usual_names.h"
#include <string.h>

/* What mail programs and providers call the Sent folder. Composed characters (NFC). */
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

gboolean sent_name_matches(const char *name, char separator)
{
  const char *last = separator != '\0' ? strrchr(name, separator) : NULL;
  return usual_names_hold(sent_names, G_N_ELEMENTS(sent_names), last != NULL ? last + 1 : name);
}
