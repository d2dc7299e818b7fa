/* test_dkim_report.c - where a report shows a signature of its original, and what hostile headers and keys cost
 * Owns:     its keys.
 * Must not: depend on the machine's load: it counts processor time.
 * Fails:    by TAP, naming the row.
 * Tests:    filter/gather.c, filter/fields.c, filter/dkim_read.c, filter/dkim.c */
#include "tests/filter/dkim_mail.h"
#include <time.h>

#if defined(BACKSTOP_ASAN) || defined(BACKSTOP_COVERAGE)
#define INSTRUMENTED 1
#else
#define INSTRUMENTED 0
#endif

#define DSN                                                                                                            \
  "From: MAILER-DAEMON@mx.far.example\r\nReturn-Path: <>\r\nTo: me@me.example\r\nSubject: Undelivered Mail Returned "  \
  "to "                                                                                                                \
  "Sender\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"                          \
  "--b\r\n\r\nYour message could not be delivered to one or more recipients.\r\n"                                      \
  "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.far.example\r\n\r\n"                     \
  "Final-Recipient: rfc822; bob@there.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\n"
#define WORDS                                                                                                          \
  "From: MAILER-DAEMON@mx.far.example\r\nReturn-Path: <>\r\nTo: me@me.example\r\nSubject: failure notice\r\n"          \
  "%s\r\nHi. Your message could not be delivered:\r\n<bob@there.example>: no such user\r\n\r\n"                        \
  "--- Below this line is a copy of the message.\r\n\r\n%s\r\nHello\r\n"

static char *base64_lines(const char *text)
{
  g_autofree char *one = g_base64_encode((const guchar *)text, strlen(text));
  GString *lines = g_string_new(NULL);
  for (gsize i = 0; i < strlen(one); i += 76) g_string_append_printf(lines, "%.76s\r\n", one + i);
  return g_string_free(lines, FALSE);
}

static char *quoted(const char *text)
{
  g_autofree char *inner = replaced(text, "\r\n", "\r\n> ");
  return g_strconcat("> ", inner, NULL);
}

/* In whatever way the header came back, its bytes are read as they were, or not at all. */
static void a_report_shows_the_signatures_of_its_original_as_the_bytes_came(void **state)
{
  g_autoptr(RigKey) key = rig_key_new(DKIM_RSA_SHA256, 1024, 9);
  g_autofree char *record = rig_key_record(key, FALSE), *mail = rig_sign(key, TAGS, FIELDS);
  g_autofree char *base64 = base64_lines(mail), *quotation = quoted(mail);
  g_autofree char *reports[] = {
    g_strdup_printf(DSN "Content-Type: message/rfc822\r\n\r\n%s\r\nHello\r\n--b--\r\n", mail),
    g_strdup_printf(DSN "Content-Type: text/rfc822-headers\r\n\r\n%s\r\n--b--\r\n", mail),
    g_strdup_printf(DSN "Content-Type: text/rfc822-headers; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                        "%s\r\n--b--\r\n",
                    base64),
    g_strdup_printf(DSN "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n",
                    base64),
    g_strdup_printf(WORDS, "", mail),
    g_strdup_printf(WORDS, "", quotation),
  };
  for (guint i = 0; i < G_N_ELEMENTS(reports); i++) {
    g_autoptr(GBytes) bytes = g_bytes_new(reports[i], strlen(reports[i]));
    g_autoptr(Report) report = filter_read(bytes);
    const GPtrArray *found = report->original.signatures;
    gboolean verified = found->len == 1 && dkim_verify(found->pdata[0], record) == DKIM_VERIFIED;
    if (report->kind == REPORT_NONE) fail_msg("report %u is none", i);
    if (verified != (i != 5)) fail_msg("report %u: %u signatures", i, found->len);
    assert_int_equal(report->original.whole, i != 5);
  }
  for (guint i = 0; i < G_N_ELEMENTS(reports); i++) g_free(g_steal_pointer(&reports[i]));
}

static void a_header_is_whole_with_a_received_and_eight_fields(void **state)
{
  static const struct {
    const char *header;
    gboolean whole;
  } rows[] = {
    { FIELDS, TRUE },
    { "Received: a\r\nFrom: me@me.example\r\nTo: b@c.example\r\nDate: x\r\nSubject: y\r\nA: 1\r\nB: 2\r\n", FALSE },
    { "C: 3\r\nFrom: me@me.example\r\nTo: b@c.example\r\nDate: x\r\nSubject: y\r\nA: 1\r\nB: 2\r\nD: 4\r\n", FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *text =
        g_strdup_printf(DSN "Content-Type: text/rfc822-headers\r\n\r\n%s\r\n--b--\r\n", rows[i].header);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(Report) report = filter_read(bytes);
    if (report->original.whole != rows[i].whole) fail_msg("row %u", i);
    assert_int_equal(report->original.signers->len, 0);
  }
}

/* Else a signature would be taken to be missing. */
static void a_header_too_long_to_verify_tells_its_signer_all_the_same(void **state)
{
  g_autoptr(RigKey) key = rig_key_new(DKIM_ED25519_SHA256, 0, 10);
  g_autofree char *mail = rig_sign(key, TAGS, FIELDS), *filler = g_strnfill(DKIM_HEADER_LONGEST, 'a');
  g_autofree char *text =
      g_strdup_printf(DSN "Content-Type: message/rfc822\r\n\r\n%sX-Filler: %s\r\n\r\nHello\r\n--b--\r\n", mail, filler);
  g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
  g_autoptr(Report) report = filter_read(bytes);
  assert_true(report->original.whole);
  assert_int_equal(report->original.signatures->len, 0);
  assert_int_equal(report->original.signers->len, 1);
  assert_string_equal(report->original.signers->pdata[0], "me.example");
}

/* A report that was returned in a report is another message's business. */
static void the_header_of_a_report_within_a_report_is_not_mixed_in(void **state)
{
  g_autoptr(RigKey) key = rig_key_new(DKIM_ED25519_SHA256, 0, 10);
  g_autofree char *mail = rig_sign(key, TAGS, FIELDS);
  g_autofree char *text = g_strdup_printf(
      DSN "Content-Type: message/rfc822\r\n\r\nFrom: MAILER-DAEMON@x.example\r\nSubject: failure notice\r\n"
          "To: z@z.example\r\nContent-Type: message/rfc822\r\n\r\n%s\r\nHello\r\n--b--\r\n",
      mail);
  g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
  g_autoptr(Report) report = filter_read(bytes);
  assert_int_equal(report->original.signatures->len, 0);
}

/* What they cost is measured by make bench-dkim. */
static void of_a_hostile_header_no_more_is_read_than_of_others(void **state)
{
  for (guint kind = 0; kind < RIG_HOSTILE; kind++) {
    g_autoptr(GString) header = rig_hostile_header(kind);
    g_auto(Read) read = read_header(header->str, header->len);
    assert_true(read.signatures->len <= DKIM_SIGNATURES_MOST);
    for (guint i = 0; i < read.signatures->len; i++)
      assert_true(((const DkimSignature *)read.signatures->pdata[i])->recipients->len <= 64);
  }
}

/* A key of 4,096 bits with the longest exponent that is taken, and the longest record. */
static void a_hostile_key_costs_little(void **state)
{
  g_autofree guint8 *bytes = g_malloc(514 + 4 + 4 + 10);
  static const guint8 begin[] = { 0x30, 0x82, 0x02, 0x0f, 0x02, 0x82, 0x02, 0x01, 0x00 };
  static const guint8 end[] = { 0x02, 0x08, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
  memcpy(bytes, begin, sizeof begin);
  memset(bytes + sizeof begin, 0xff, 512);
  memcpy(bytes + sizeof begin + 512, end, sizeof end);
  g_autofree char *text = g_base64_encode(bytes, sizeof begin + 512 + sizeof end);
  g_autofree char *record = g_strconcat("v=DKIM1; p=", text, NULL);
  g_autoptr(RigKey) key = rig_key_new(DKIM_RSA_SHA256, 4096, 3);
  g_autofree char *mail = rig_sign(key, TAGS, FIELDS), *long_record = g_strnfill(DKIM_RECORD_LONGEST + 1, 'a');
  assert_int_equal(dkim_record_check(record), DKIM_VERIFIED);
  const clock_t begun = clock();
  assert_int_equal(verify(mail, record), DKIM_FALSE);
  assert_int_equal(verify(mail, long_record), DKIM_NO_KEY);
  const double spent = (double)(clock() - begun) / CLOCKS_PER_SEC;
  if (!INSTRUMENTED && spent > 0.05) fail_msg("it takes %.0f ms", spent * 1000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_report_shows_the_signatures_of_its_original_as_the_bytes_came),
    cmocka_unit_test(a_header_is_whole_with_a_received_and_eight_fields),
    cmocka_unit_test(a_header_too_long_to_verify_tells_its_signer_all_the_same),
    cmocka_unit_test(the_header_of_a_report_within_a_report_is_not_mixed_in),
    cmocka_unit_test(of_a_hostile_header_no_more_is_read_than_of_others),
    cmocka_unit_test(a_hostile_key_costs_little),
  };
  filter_init();
  return cmocka_run_group_tests_name("filter_dkim_report", tests, NULL, NULL);
}
