/* test_dkim.c - signatures over a header: those of the RFCs, those of keys made here, and what is refused
 * Owns:     its keys.
 * Must not: depend on the machine's load: it counts processor time.
 * Fails:    by TAP, naming the row.
 * Tests:    filter/dkim.c, filter/dkim_read.c, filter/dkim_tags.c; filter/gather.c: where a report shows a signature */
#include "filter/filter.h"
#include "tests/filter/dkim_vectors.h"
#include "tests/rigs/dkim_rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
// cmocka wants the headers above first
#include <cmocka.h>

#if defined(BACKSTOP_ASAN) || defined(BACKSTOP_COVERAGE)
#define INSTRUMENTED 1
#else
#define INSTRUMENTED 0
#endif

#define SIGNED "from:to:cc:subject:date:message-id"
#define TAGS "d=me.example; s=one; c=relaxed/relaxed; h=" SIGNED
#define FIELDS                                                                                                         \
  "Received: from a by b; Mon, 1 Jun 2026 10:00:00 +0000\r\n"                                                          \
  "From: Me <me@me.example>\r\n"                                                                                       \
  "To: Bob <bob@there.example>,\r\n  carol@there.example\r\n"                                                          \
  "Cc: dave@there.example\r\n"                                                                                         \
  "Subject: A  letter: with   spaces\r\n"                                                                              \
  "Date: Mon, 1 Jun 2026 10:00:00 +0000\r\n"                                                                           \
  "Message-ID: <one@me.example>\r\n"                                                                                   \
  "MIME-Version: 1.0\r\n"

typedef struct {
  GPtrArray *signatures, *signers;
} Read;

static Read read_header(const char *header, gsize length)
{
  Read read = { g_ptr_array_new_with_free_func((GDestroyNotify)dkim_signature_free),
                g_ptr_array_new_with_free_func(g_free) };
  dkim_read((Span){ header, length }, read.signatures, read.signers);
  return read;
}

static void read_clear(Read *read)
{
  g_ptr_array_unref(read->signatures);
  g_ptr_array_unref(read->signers);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Read, read_clear)

/* What becomes of the first signature of a header; -1: it has none that is read. */
static int verify(const char *header, const char *record)
{
  g_auto(Read) read = read_header(header, strlen(header));
  return read.signatures->len == 0 ? -1 : (int)dkim_verify(read.signatures->pdata[0], record);
}

static char *replaced(const char *text, const char *what, const char *by)
{
  g_auto(GStrv) pieces = g_strsplit(text, what, -1);
  if (g_strv_length(pieces) < 2) fail_msg("there is no \"%s\" to replace", what);
  return g_strjoinv(by, pieces);
}

static void assert_vector(const char *header, guint which, const char *selector, const char *record)
{
  g_auto(Read) read = read_header(header, strlen(header));
  const DkimSignature *signature = read.signatures->pdata[which];
  assert_string_equal(signature->selector, selector);
  assert_string_equal(signature->from, "joe@football.example.com");
  assert_int_equal(signature->recipients->len, 1);
  assert_string_equal(signature->recipients->pdata[0], "suzie@shopping.example.net");
  assert_int_equal(signature->date, 1057982437);
  assert_int_equal(dkim_verify(signature, record), DKIM_VERIFIED);
}

static void the_signatures_of_the_rfcs_verify_in_either_kind_of_lines(void **state)
{
  static const struct {
    const char *header, *selector, *record;
    guint which;
  } vectors[] = { { vector_6376, "brisbane", key_6376, 0 },
                  { vector_8463, "brisbane", key_8463_brisbane, 1 },
                  { vector_8463, "test", key_8463_test, 0 } };
  for (guint i = 0; i < G_N_ELEMENTS(vectors); i++) {
    g_autofree char *unix_lines = replaced(vectors[i].header, "\r\n", "\n");
    g_autofree char *changed = replaced(vectors[i].header, "dinner", "supper");
    assert_vector(vectors[i].header, vectors[i].which, vectors[i].selector, vectors[i].record);
    assert_vector(unix_lines, vectors[i].which, vectors[i].selector, vectors[i].record);
    g_auto(Read) read = read_header(changed, strlen(changed));
    assert_int_equal(dkim_verify(read.signatures->pdata[vectors[i].which], vectors[i].record), DKIM_FALSE);
  }
}

static void keys_of_every_kind_verify_what_they_signed_and_nothing_else(void **state)
{
  static const struct {
    DkimAlgorithm algorithm;
    guint bits;
    gboolean bare;
    DkimResult result;
  } rows[] = { { DKIM_RSA_SHA256, 1024, FALSE, DKIM_VERIFIED }, { DKIM_RSA_SHA256, 1024, TRUE, DKIM_VERIFIED },
               { DKIM_RSA_SHA256, 2048, FALSE, DKIM_VERIFIED }, { DKIM_RSA_SHA256, 4096, FALSE, DKIM_VERIFIED },
               { DKIM_RSA_SHA256, 1023, FALSE, DKIM_NO_KEY },   { DKIM_RSA_SHA256, 768, FALSE, DKIM_NO_KEY },
               { DKIM_ED25519_SHA256, 0, FALSE, DKIM_VERIFIED } };
  g_autoptr(RigKey) other = rig_key_new(DKIM_RSA_SHA256, 1024, 99);
  g_autofree char *other_record = rig_key_record(other, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(RigKey) key = rig_key_new(rows[i].algorithm, rows[i].bits, i);
    g_autofree char *record = rig_key_record(key, rows[i].bare), *mail = rig_sign(key, TAGS, FIELDS);
    if (verify(mail, record) != (int)rows[i].result) fail_msg("row %u: %d", i, verify(mail, record));
    assert_int_equal(dkim_record_check(record), rows[i].result);
    assert_int_not_equal(verify(mail, other_record), DKIM_VERIFIED);
  }
}

/* What a relay may do to a header does no harm in the relaxed form; in the simple one it does. */
static void the_relaxed_form_bears_other_folds_and_the_simple_one_does_not(void **state)
{
  static const char simple[] = "d=me.example; s=one; c=simple/relaxed; h=" SIGNED;
  static const char *const forms[] = { TAGS, simple };
  static const struct {
    const char *what, *by;
  } changes[] = { { "Subject: A  letter", "SUBJECT :\r\n\tA letter" },
                  { "To: Bob <bob@there.example>,\r\n  carol", "To:   Bob <bob@there.example>, carol" },
                  { "one@me.example>\r\n", "one@me.example> \t\r\n" } };
  g_autoptr(RigKey) key = rig_key_new(DKIM_RSA_SHA256, 1024, 1);
  g_autofree char *record = rig_key_record(key, FALSE);
  for (guint form = 0; form < G_N_ELEMENTS(forms); form++) {
    g_autofree char *mail = rig_sign(key, forms[form], FIELDS);
    assert_int_equal(verify(mail, record), DKIM_VERIFIED);
    for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
      g_autofree char *changed = replaced(mail, changes[i].what, changes[i].by);
      if (verify(changed, record) != (form == 0 ? DKIM_VERIFIED : DKIM_FALSE)) fail_msg("form %u, row %u", form, i);
    }
  }
}

/* Names in h= stand for fields from the bottom up, and a name without a field for a field that must not be there. */
static void a_field_that_is_added_counts_for_nothing(void **state)
{
  static const char oversigned[] = "d=me.example; s=one; c=relaxed; h=from:from:to:cc:date:received:list-id";
  static const struct {
    const char *tags, *added;
    int result;
    const char *from;
    guint recipients;
    gboolean dated;
  } rows[] = {
    { TAGS, "", DKIM_VERIFIED, "me@me.example", 3, TRUE },
    { TAGS, "X-Note: y\r\n", DKIM_VERIFIED, "me@me.example", 3, TRUE },
    { TAGS, "From: you@you.example\r\n", DKIM_VERIFIED, NULL, 3, TRUE },
    { TAGS, "To: victim@far.example\r\n", DKIM_VERIFIED, "me@me.example", 1, TRUE },
    { TAGS, "Cc: victim@far.example\r\n", DKIM_VERIFIED, "me@me.example", 2, TRUE },
    { TAGS, "Date: Mon, 1 Jun 2026 11:00:00 +0000\r\n", DKIM_VERIFIED, "me@me.example", 3, FALSE },
    { oversigned, "Received: from c by d\r\n", DKIM_VERIFIED, "me@me.example", 3, TRUE }, /* the lower one is signed */
    { oversigned, "From: you@you.example\r\n", DKIM_FALSE, NULL, 3, TRUE },
    { oversigned, "List-Id: <x.example>\r\n", DKIM_FALSE, "me@me.example", 3, TRUE },
    { "d=me.example; s=one; c=relaxed; h=from", "", DKIM_VERIFIED, "me@me.example", 0, FALSE },
  };
  g_autoptr(RigKey) key = rig_key_new(DKIM_ED25519_SHA256, 0, 1);
  g_autofree char *record = rig_key_record(key, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *mail = rig_sign(key, rows[i].tags, FIELDS);
    g_autofree char *changed = g_strconcat(rows[i].added, mail, NULL);
    g_auto(Read) read = read_header(changed, strlen(changed));
    const DkimSignature *signature = read.signatures->pdata[0];
    gboolean from = g_strcmp0(signature->from, rows[i].from) == 0;
    if ((int)dkim_verify(signature, record) != rows[i].result) fail_msg("row %u: wrong result", i);
    /* what a signature says that does not verify, nobody asks */
    if (rows[i].result == DKIM_VERIFIED && (!from || signature->recipients->len != rows[i].recipients))
      fail_msg("row %u: from %s, %u recipients", i, signature->from, signature->recipients->len);
    if (rows[i].result == DKIM_VERIFIED) assert_int_equal(signature->date != 0, rows[i].dated);
  }
}

/* Two addresses in From are nobody's, and one that hides in a name is none. */
static void a_from_of_two_addresses_is_nobodys(void **state)
{
  static const struct {
    const char *from, *address;
  } rows[] = { { "From: me@me.example, you@you.example", NULL },
               { "From: \"me@me.example\" <you@you.example>", "you@you.example" },
               { "From: (me@me.example) you@you.example", "you@you.example" },
               { "From: nobody", NULL } };
  g_autoptr(RigKey) key = rig_key_new(DKIM_ED25519_SHA256, 0, 1);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *fields = replaced(FIELDS, "From: Me <me@me.example>", rows[i].from);
    g_autofree char *mail = rig_sign(key, TAGS, fields);
    g_auto(Read) read = read_header(mail, strlen(mail));
    const char *from = ((const DkimSignature *)read.signatures->pdata[0])->from;
    if (g_strcmp0(from, rows[i].address) != 0) fail_msg("row %u: %s", i, from != NULL ? from : "none");
  }
}

#define GOOD "v=1; a=rsa-sha256; d=me.example; s=one; h=from:to; bh=AAAA; b=AAAA"

static void a_signature_that_is_worth_nothing_is_refused_and_its_signer_told(void **state)
{
  static const struct {
    const char *tags;
    gboolean read, told;
  } rows[] = {
    { GOOD, TRUE, TRUE },
    { GOOD ";", TRUE, TRUE },
    { GOOD "; x-new=1", FALSE, FALSE }, /* no name of a tag */
    { GOOD "; new=1", TRUE, TRUE },
    { GOOD "; l=100", FALSE, TRUE },
    { GOOD "; d=you.example", FALSE, FALSE }, /* twice */
    { GOOD "; q=dns/txt:other", TRUE, TRUE },
    { GOOD "; q=other", FALSE, TRUE },
    { GOOD "; c=relaxed", TRUE, TRUE },
    { GOOD "; c=nofws", FALSE, TRUE },
    { GOOD "; i=me@me.example", TRUE, TRUE },
    { GOOD "; i=@deep.me.example", TRUE, TRUE },
    { GOOD "; i=me@notme.example", FALSE, TRUE },
    { GOOD "; i=me@example", FALSE, TRUE },
    { GOOD "; i=me", FALSE, TRUE },
    { GOOD "; t=1700000000; x=1700000001", TRUE, TRUE },
    { GOOD "; t=1700000000; x=1700000000", FALSE, TRUE },
    { GOOD "; t=-1", FALSE, TRUE },
    { GOOD "; t=9999999999999", FALSE, TRUE },
    { "v=2; a=rsa-sha256; d=me.example; s=one; h=from; bh=AAAA; b=AAAA", FALSE, TRUE },
    { "a=rsa-sha256; d=me.example; s=one; h=from; bh=AAAA; b=AAAA", FALSE, TRUE },
    { "v=1; a=rsa-sha1; d=me.example; s=one; h=from; bh=AAAA; b=AAAA", FALSE, TRUE },
    { "v=1; a=rsa-sha256; d=me.example; s=one; h=to:subject; bh=AAAA; b=AAAA", FALSE, TRUE },
    { "v=1; a=rsa-sha256; d=me.example; s=one; h=from; bh=AAAA; b=", FALSE, TRUE },
    { "v=1; a=rsa-sha256; d=me.example; s=one; h=from; bh=AAAA; b=AA\"A", FALSE, TRUE },
    { "v=1; a=rsa-sha256; d=me.example; s=one; h=from; bh=AAAA; b=AAAAA", FALSE, TRUE },
    { "v=1; a=rsa-sha256; d=me.example; s=one; h=from; b=AAAA", FALSE, TRUE },
    { "v=1; a=rsa-sha256; d=me.example; h=from; bh=AAAA; b=AAAA", FALSE, TRUE },
    { "v=1; a=rsa-sha256; d=me.example; s=..; h=from; bh=AAAA; b=AAAA", FALSE, TRUE },
    { "v=1; a=rsa-sha256; d=me .example; s=one; h=from; bh=AAAA; b=AAAA", FALSE, FALSE },
    { "v=1; a=rsa-sha256; d=example; s=one; h=from; bh=AAAA; b=AAAA", FALSE, FALSE },
    { "v=1; a=rsa-sha256; s=one; h=from; bh=AAAA; b=AAAA", FALSE, FALSE },
    { "v=1; a=rsa-sha256; d=me.example; s=o\x01e; h=from; bh=AAAA; b=AAAA", FALSE, FALSE },
    { "nothing", FALSE, FALSE },
    { "", FALSE, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *header = g_strdup_printf("DKIM-Signature: %s\r\n%s", rows[i].tags, FIELDS);
    g_auto(Read) read = read_header(header, strlen(header));
    if ((read.signatures->len == 1) != rows[i].read || (read.signers->len == 1) != rows[i].told)
      fail_msg("row %u: %u signatures, %u signers", i, read.signatures->len, read.signers->len);
  }
}

static void a_record_that_is_no_key_for_it_verifies_nothing(void **state)
{
  static const struct {
    const char *before, *after; /* of "p=" and the key */
    int result;
  } rows[] = {
    { "v=DKIM1; k=rsa; ", "", DKIM_VERIFIED },
    { "", "", DKIM_VERIFIED },
    { "v=DKIM1; s=email; h=sha1:sha256; n=a note; ", "; t=s", DKIM_VERIFIED },
    { " v = DKIM1 ;", " ; ", DKIM_VERIFIED },
    { "v=DKIM1; t=y; ", "", DKIM_NO_KEY },
    { "v=DKIM1; t=s:y; ", "", DKIM_NO_KEY },
    { "v=DKIM1; h=sha1; ", "", DKIM_NO_KEY },
    { "v=DKIM1; s=other; ", "", DKIM_NO_KEY },
    { "v=DKIM1; k=ed25519; ", "", DKIM_NO_KEY },
    { "v=DKIM1; k=ecdsa; ", "", DKIM_NO_KEY },
    { "v=DKIM2; ", "", DKIM_NO_KEY },
    { "k=rsa; v=DKIM1; ", "", DKIM_NO_KEY },
    { "v=DKIM1; ", "=", DKIM_NO_KEY },
    { "v=DKIM1; p=; ", "", DKIM_NO_KEY },
  };
  static const struct {
    const char *record;
    int result;
  } others[] = { { "v=DKIM1; p=", DKIM_WITHDRAWN },
                 { "v=DKIM1; k=rsa; p= ;", DKIM_WITHDRAWN },
                 { "", DKIM_NO_KEY },
                 { "v=DKIM1", DKIM_NO_KEY },
                 { "v=spf1 -all", DKIM_NO_KEY },
                 { "v=DKIM1; p=AAAA", DKIM_NO_KEY },
                 { "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB", DKIM_NO_KEY } };
  g_autoptr(RigKey) key = rig_key_new(DKIM_RSA_SHA256, 1024, 5);
  g_autofree char *plain = rig_key_record(key, FALSE), *mail = rig_sign(key, TAGS, FIELDS);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *record = g_strconcat(rows[i].before, strstr(plain, "p="), rows[i].after, NULL);
    if (verify(mail, record) != rows[i].result) fail_msg("row %u: %d", i, verify(mail, record));
  }
  for (guint i = 0; i < G_N_ELEMENTS(others); i++)
    if (verify(mail, others[i].record) != others[i].result)
      fail_msg("record %u: %d", i, verify(mail, others[i].record));
}

/* t=s in the record: the identity must be at d= itself. */
static void a_strict_record_wants_the_identity_at_the_signers_own_domain(void **state)
{
  g_autoptr(RigKey) key = rig_key_new(DKIM_ED25519_SHA256, 0, 6);
  g_autofree char *record = rig_key_record(key, FALSE), *strict = g_strconcat(record, "; t=s", NULL);
  g_autofree char *below = rig_sign(key, TAGS "; i=me@deep.me.example", FIELDS);
  g_autofree char *at = rig_sign(key, TAGS "; i=me@me.example", FIELDS);
  assert_int_equal(verify(below, record), DKIM_VERIFIED);
  assert_int_equal(verify(below, strict), DKIM_NO_KEY);
  assert_int_equal(verify(at, strict), DKIM_VERIFIED);
}

/* However b= is written, the digest is the same: it tells how often a signature was used. */
static void other_ways_to_write_the_value_do_not_make_another_digest(void **state)
{
  g_autoptr(RigKey) key = rig_key_new(DKIM_RSA_SHA256, 1024, 7);
  g_autofree char *record = rig_key_record(key, FALSE), *mail = rig_sign(key, TAGS, FIELDS);
  g_autofree char *spaced = replaced(mail, ";\r\n b=", " ;b="), *folded = replaced(mail, " b=", " b=\r\n\t ");
  g_auto(Read) first = read_header(mail, strlen(mail)), second = read_header(folded, strlen(folded));
  const DkimSignature *a = first.signatures->pdata[0], *b = second.signatures->pdata[0];
  assert_memory_equal(a->digest, b->digest, sizeof a->digest);
  assert_int_equal(dkim_verify(b, record), DKIM_VERIFIED);
  assert_int_not_equal(verify(spaced, record), DKIM_VERIFIED);
}

static void of_many_signatures_the_four_lowest_are_read(void **state)
{
  g_autoptr(RigKey) key = rig_key_new(DKIM_ED25519_SHA256, 0, 8);
  g_autofree char *mail = g_strdup(FIELDS);
  for (guint i = 0; i < 7; i++) {
    g_autofree char *tags = g_strdup_printf("d=d%u.example; s=one; c=relaxed; h=from", i), *before = mail;
    mail = rig_sign(key, tags, before);
    if (i < DKIM_SIGNATURES_MOST) continue;
    g_auto(Read) read = read_header(mail, strlen(mail));
    assert_int_equal(read.signatures->len, DKIM_SIGNATURES_MOST);
    assert_int_equal(read.signers->len, i + 1);
    assert_string_equal(((const DkimSignature *)read.signatures->pdata[0])->domain, "d0.example");
  }
}

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

/* The costliest headers: as many fields, signatures and signed names as are read, and one more byte than that. */
static GString *hostile(guint kind)
{
  GString *header = g_string_new(NULL);
  static const char begin[] = "DKIM-Signature: v=1; a=rsa-sha256; d=me.example; s=one; bh=AAAA; b=AAAA; c=relaxed; h=";
  for (guint i = 0; i < 8; i++) {
    g_string_append_printf(header, "%sfrom", begin);
    for (guint k = 0; k < 99; k++) g_string_append(header, kind == 1 ? ":absent" : ":x");
    g_string_append(header, "\n");
  }
  for (guint i = 0; i < 980; i++) g_string_append(header, kind == 2 ? "From: a@b\n" : "x: y \t \n z\n");
  g_string_append(header, "From: ");
  while (header->len < DKIM_HEADER_LONGEST - 1) g_string_append(header, kind == 3 ? "a@b.c," : " \t");
  g_string_truncate(header, DKIM_HEADER_LONGEST - 1);
  g_string_append(header, kind == 4 ? "\n\n" : "\n");
  return header;
}

static void a_hostile_header_costs_little(void **state)
{
  for (guint kind = 0; kind < 5; kind++) {
    GString *header = hostile(kind);
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    const clock_t begun = clock();
    g_auto(Read) read = read_header(header->str, header->len);
    const double spent = (double)(clock() - begun) / CLOCKS_PER_SEC;
    getrusage(RUSAGE_SELF, &after);
    assert_true(read.signatures->len <= DKIM_SIGNATURES_MOST);
    if (!INSTRUMENTED && spent > 0.05) fail_msg("kind %u takes %.0f ms", kind, spent * 1000);
    if (!INSTRUMENTED && after.ru_maxrss - before.ru_maxrss > 16384) fail_msg("kind %u takes too much memory", kind);
    g_string_free(header, TRUE);
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

static void the_name_of_a_key_fits_into_dns(void **state)
{
  g_autofree char *name = dkim_key_name("me.example", "one"), *longest = g_strnfill(240, 'a');
  g_autofree char *too_long = dkim_key_name(longest, "one.more");
  assert_string_equal(name, "one._domainkey.me.example");
  assert_null(too_long);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_signatures_of_the_rfcs_verify_in_either_kind_of_lines),
    cmocka_unit_test(keys_of_every_kind_verify_what_they_signed_and_nothing_else),
    cmocka_unit_test(the_relaxed_form_bears_other_folds_and_the_simple_one_does_not),
    cmocka_unit_test(a_field_that_is_added_counts_for_nothing),
    cmocka_unit_test(a_from_of_two_addresses_is_nobodys),
    cmocka_unit_test(a_signature_that_is_worth_nothing_is_refused_and_its_signer_told),
    cmocka_unit_test(a_record_that_is_no_key_for_it_verifies_nothing),
    cmocka_unit_test(a_strict_record_wants_the_identity_at_the_signers_own_domain),
    cmocka_unit_test(other_ways_to_write_the_value_do_not_make_another_digest),
    cmocka_unit_test(of_many_signatures_the_four_lowest_are_read),
    cmocka_unit_test(a_report_shows_the_signatures_of_its_original_as_the_bytes_came),
    cmocka_unit_test(a_header_is_whole_with_a_received_and_eight_fields),
    cmocka_unit_test(the_header_of_a_report_within_a_report_is_not_mixed_in),
    cmocka_unit_test(a_hostile_header_costs_little),
    cmocka_unit_test(a_hostile_key_costs_little),
    cmocka_unit_test(the_name_of_a_key_fits_into_dns),
  };
  filter_init();
  return cmocka_run_group_tests_name("filter_dkim", tests, NULL, NULL);
}
