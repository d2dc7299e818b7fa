/* test_dkim.c - signatures over a header: those of the RFCs, those of keys made here, and what is refused
 * Owns:     its keys.
 * Must not: read a report.
 * Fails:    by TAP, naming the row.
 * Tests:    filter/dkim.c, filter/dkim_read.c, filter/dkim_tags.c */
#include "tests/filter/dkim_mail.h"
#include "tests/filter/dkim_vectors.h"

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
    cmocka_unit_test(the_name_of_a_key_fits_into_dns),
  };
  filter_init();
  return cmocka_run_group_tests_name("filter_dkim", tests, NULL, NULL);
}
